"""The OpenAPI document and the page that shows it."""

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.caller import document

pytestmark = pytest.mark.django_db


def test_the_document_is_valid_and_nothing_in_it_is_doubtful(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))


def test_it_is_served_to_everybody():
    response = Client().get("/api/schema/", headers={"Accept": "application/json"})
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")


def test_any_one_of_the_credentials_will_do():
    security = document()["paths"]["/api/v1/me"]["get"]["security"]
    assert [list(entry) for entry in security] == [["bearer"], ["api_key"], ["token"], ["cookie"]]


def test_every_address_tells_which_problems_it_answers_with():
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            assert {"401", "403"} <= set(operation["responses"]), (method, path)
            assert operation["summary"], (method, path)


def test_the_page_asks_for_files_of_ours_alone_under_the_strict_policy():
    response = Client().get("/api/docs/")
    assert response.status_code == 200
    page = response.content.decode()
    for word in ("http://", "https://", "<style", " style=", "<script>"):
        assert word not in page
    assert "'unsafe" not in response["Content-Security-Policy"]
