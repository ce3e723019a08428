"""Files of ours are served in both ways in which Django calls its middleware."""

import pytest
from django.test import AsyncClient, Client

FILE = "/static/dashboard/favicon.svg"


@pytest.fixture(autouse=True)
def _files_not_collected(settings) -> None:
    settings.WHITENOISE_USE_FINDERS = True


def test_a_file_is_served_to_a_synchronous_server():
    response = Client().get(FILE)
    assert response.status_code == 200
    assert b"".join(response.streaming_content).startswith(b"<svg")


async def test_a_file_is_served_to_an_asynchronous_server():
    response = await AsyncClient().get(FILE)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml"


async def test_what_is_no_file_is_passed_on():
    assert (await AsyncClient().get("/healthz")).status_code == 200
