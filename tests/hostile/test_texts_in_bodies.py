"""Every text that the API takes, in every field: stored as it is or refused by name, never a failure."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from tests.api.caller import document
from tests.factories.people import make_token
from tests.hostile.ground import mutating, path_of, reading, template_of
from tests.hostile.strings import NAUGHTY, evenly, is_unsendable
from tests.permissions.table import Row
from tests.permissions.world import undone, world

__all__ = ["world"]
pytestmark = [pytest.mark.django_db, pytest.mark.wide]

SOME = evenly(18)  # all of them: make test-long
JSON = "application/json"


def bodies() -> Iterator[tuple[Row, list[str]]]:
    """Every row that takes a body, and the fields that the document gives it."""
    for row in mutating():
        said = document()["paths"].get(template_of(row.route), {}).get(row.method.lower(), {})
        content = said.get("requestBody", {}).get("content", {}).get(JSON)
        if content:
            schema = content["schema"]
            while "$ref" in schema:
                schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            yield row, sorted(schema.get("properties", {}))


def shapes(text: str) -> list[Any]:
    """The text itself, and where a text may stand inside a field."""
    return [text, [text], {text: text}, {"width": text, "height": text}, {"args": [text], "locale": text}]


def sweep(texts: list[str], world: Any, part: int = 0, parts: int = 1) -> None:
    those, things, _ = world
    headers = {"Authorization": f"Bearer {make_token(those.a)[1]}"}
    client, wrong = Client(raise_request_exception=False, headers=headers), {}
    for row, fields in list(bodies())[part::parts]:
        path, whole = path_of(row, things), dict(row.body or {})
        for field in fields:
            for number, text in enumerate(texts):
                value = shapes(text)[0 if number % 3 else number % 5]
                with undone():
                    answer = client.generic(row.method, path, json.dumps(whole | {field: value}), content_type=JSON)
                if found := flaw(answer, field, value):
                    wrong[row.method, row.route, field, text[:40]] = found
    assert wrong == {}


def flaw(answer: Any, field: str, value: Any) -> str:
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"{answer.status_code}"
    if answer.status_code == 422:
        told = answer.json()
        return "" if told["detail"] else "refused without a word"
    if answer.status_code < 300 and answer.content and isinstance(value, str):
        kept = answer.json().get(field)
        if isinstance(kept, str) and kept and field in {"name", "email"} and kept not in {value, value.strip()}:
            return "" if value.strip().startswith(kept) else f"kept as {kept[:40]!r}"
    return ""


@pytest.mark.parametrize("part", range(4))
def test_some_of_every_class_in_every_field(part: int, world):
    sweep(SOME, world, part, 4)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_all_of_them_in_every_field(world):
    assert len(NAUGHTY) >= 515
    sweep(NAUGHTY, world)


def ask_everywhere(texts: list[str], world: Any, part: int = 0, parts: int = 1) -> None:
    those, things, _ = world
    headers = {"Authorization": f"Bearer {make_token(those.a)[1]}"}
    client, wrong = Client(raise_request_exception=False, headers=headers), {}
    for row in [each for each in reading() if each.path.startswith("/api/")][part::parts]:
        said = document()["paths"].get(template_of(row.route), {}).get("get", {})
        names = [each["name"] for each in said.get("parameters", ()) if each["in"] == "query"] + [
            "metadata.x",
            "nothing",
        ]
        for number, text in enumerate(texts):
            word = "x" if is_unsendable(text) else text
            for name in names if number % 4 == 0 else [names[number % len(names)]]:
                with undone():
                    answer = client.get(f"{path_of(row, things)}?{urlencode({name: word})}")
                if answer.status_code >= 500:
                    wrong[row.route, name, text[:40]] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("part", range(3))
def test_some_of_every_class_in_every_query(part: int, world):
    ask_everywhere(SOME, world, part, 3)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_all_of_them_in_every_query(world):
    ask_everywhere(NAUGHTY, world)


def test_as_an_id_in_every_path_they_are_nothing(world):
    those, things, _ = world
    callers = [Client(raise_request_exception=False, headers={"Authorization": f"Bearer {make_token(those.a)[1]}"})]
    callers[0].force_login(those.a, backend="django.contrib.auth.backends.ModelBackend")
    wrong = {}
    for row in (*reading(), *mutating()):
        for name in things:
            if f"{{{name}}}" in row.path:
                for text in SOME[::3]:
                    if is_unsendable(text):
                        continue
                    path = row.path.replace(f"{{{name}}}", quote(text, safe="")).format(**things)
                    with undone():
                        status = callers[0].generic(row.method, path, "{}", content_type=JSON).status_code
                    if status not in {301, 302, 400, 401, 404, 405, 422} and not (
                        text.strip("./") == "" and status < 500
                    ):
                        wrong[row.method, row.route, text[:30]] = status
    assert wrong == {}


def test_headers_of_any_text_break_nothing(world):
    those, _, _ = world
    secret = make_token(those.a)[1]
    wrong = {}
    names = (
        "Idempotency-Key",
        "Last-Event-ID",
        "Accept",
        "X-API-Key",
        "Referer",
        "User-Agent",
        "X-Forwarded-For",
        "Cookie",
    )
    for name in names:
        for text in SOME:
            value = (
                text.encode("utf-8", "replace")
                .decode("latin-1")
                .replace("\r", "")
                .replace("\n", "")
                .replace("\x00", "")
            )
            headers = {"Authorization": f"Bearer {secret}", name: value}
            with undone():
                answer = Client(raise_request_exception=False).post(
                    "/api/v1/tokens", {"name": "x"}, content_type=JSON, headers=headers
                )
            if answer.status_code >= 500:
                wrong[name, text[:40]] = answer.status_code
    assert wrong == {}
