"""The OpenAPI document and the page that shows it."""

import gzip
import re

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.caller import disagreements, document
from tests.hostile.pages import Reader

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


def test_every_operation_has_examples_of_what_is_sent_and_answered():
    bare = []
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            contents = [entry for body in bodies for entry in body.get("content", {}).items()]
            bare += [
                (method, path, media)
                for media, content in contents
                if media != "text/event-stream" and not {"example", "examples"} & set(content)
            ]
    assert bare == []


def test_every_example_is_valid_by_its_own_schema():
    wrong = []
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for media, content in [entry for body in bodies for entry in body.get("content", {}).items()]:
                given = content.get("examples", {"": {"value": content["example"]}} if "example" in content else {})
                for example in given.values():
                    wrong += [(method, path, media, why) for why in disagreements(content["schema"], example["value"])]
    assert wrong == []


@pytest.fixture
def page() -> str:
    response = Client().get("/api/docs/")
    assert response.status_code == 200
    assert "'unsafe" not in response["Content-Security-Policy"]
    return response.content.decode()


def test_the_page_asks_for_files_of_ours_alone(page: str):
    read = Reader(page)
    assert read.wrong == []
    asked = re.findall(r'<(?:script|link|img|source)[^>]*?(?:src|href)="([^"]*)"', page)
    assert asked
    assert [address for address in asked if not address.startswith("/")] == []


def test_the_page_has_every_operation_once_with_its_command(page: str):
    read = Reader(page)
    wanted = [operation["operationId"] for each in document()["paths"].values() for operation in each.values()]
    assert sorted(set(wanted)) == sorted(wanted)
    assert [name for name in wanted if read.ids.count(name) != 1] == []
    assert [name for name in wanted if f"curl-{name}" not in read.ids] == []


def test_the_page_shows_no_marks_of_markdown_and_folds_long_lists_away(page: str):
    assert "`" not in page
    assert "access.refused | " not in re.sub(r"(?s)<details>.*?</details>", "", page)


def test_the_page_is_of_a_size_that_loads_at_once(page: str):
    assert len(gzip.compress(page.encode())) < 80_000
