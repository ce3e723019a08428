"""A caller of the API whose every answer is compared with the OpenAPI document."""

import json
import re
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DOCUMENT = "urn:openapi"


class Caller:
    """`Caller(token)` sends it as a bearer; `Caller()` nothing."""

    def __init__(self, token: str = "", **headers: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = ({"Authorization": f"Bearer {token}"} if token else {}) | headers

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("DELETE", path, **headers)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.client.generic(
            method,
            path,
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers=self.headers | sent,
        )
        if path.startswith("/api/v1/"):
            agree(method, path.partition("?")[0], response)
        return response


def agree(method: str, path: str, response: HttpResponse) -> None:
    """Fail where the answer is not one that the document promises."""
    for pattern, operations in _addresses():
        if pattern.fullmatch(path.rstrip("/")) and method.lower() in operations:
            _check(operations[method.lower()], f"{method} {path}", response)
            return


def _check(operation: dict[str, Any], what: str, response: HttpResponse) -> None:
    status = str(response.status_code)
    assert status in operation["responses"] or status in {"405", "406"}, f"{what}: {status} is not documented"
    media = response.headers.get("Content-Type", "").partition(";")[0]
    content = operation["responses"].get(status, {}).get("content")
    if not content:
        assert not response.content or media == "application/problem+json", what
        return
    assert media in content, f"{what}: {status} came as {media}"
    problems = disagreements(content[media]["schema"], json.loads(response.content))
    assert not problems, f"{what}: {status}: {problems}"


def disagreements(schema: Any, value: Any) -> list[str]:
    """Where the value is not what a schema of the document says."""
    validator = Draft202012Validator(_absolute(schema), registry=_registry())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@cache
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def _addresses() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    found = sorted(document()["paths"].items(), key=lambda entry: entry[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations) for path, operations in found]


@cache
def _registry() -> Registry:
    return Registry().with_resource(
        DOCUMENT, Resource(contents=json.loads(json.dumps(document())), specification=DRAFT202012)
    )


def _absolute(schema: Any) -> Any:
    """With `#/…` turned to the document's own."""
    if isinstance(schema, dict):
        return {
            key: f"{DOCUMENT}{value}" if key == "$ref" and value.startswith("#") else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(entry) for entry in schema] if isinstance(schema, list) else schema
