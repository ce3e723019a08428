"""A believable value for any schema of the OpenAPI document, so that every operation has an example. Pure."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
TAIL = "06d1k3v7m8s0t2w4y6z8a1c3e5"
DEEPEST = 6
PREFIXES = {
    "session": "ses", "claim": "clm", "pool": "pool", "token": "tok", "user": "usr", "owner": "usr", "event": "evt",
    "team": "team", "person": "usr", "connection": "con",
}  # fmt: skip
TEXTS = {
    "browser_version": "156.0.7000.0",
    "code": "not_found",
    "connect_url": "ws://localhost:8000/sessions/ses_…/connect?ticket=…",
    "credential": f"tok_{TAIL}",
    "cursor": "PjA2ZDFrM3Y3bThzMHQydzR5Nno4YTFjM2U1",
    "detail": "There is nothing here that you may see.",
    "email": "ada@example.com",
    "host": "localhost:8000",
    "Idempotency-Key": "order-42",
    "Last-Event-ID": "1200",
    "last4": "x7Qa",
    "locale": "en-GB",
    "next": "http://localhost:8000/api/v1/…?cursor=…",
    "provider": "local",
    "proxy": "http://proxy.example.com:3128",
    "start": "bg_4kTz",
    "timezone": "Europe/Berlin",
    "to": "ben@example.com",
    "token": "bg_…",
    "url": "http://localhost:8000/…",
    "user_agent": "Mozilla/5.0 …",
    "name": "crawler",
}
NUMBERS = {"status": 404, "width": 1280, "height": 720, "timeout": 600, "limit": 50, "wait": 30}
MOMENT = "2026-11-21T10:00:00Z"


def sample(schema: Schema, components: Schema, name: str = "", *, about: str = "", depth: int = 0) -> Any:
    """`name` is the field's own, `about` says which kind of object it belongs to."""
    schema = resolved(schema, components)
    if "example" in schema:
        return schema["example"]
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for choice in ("oneOf", "anyOf", "allOf"):
        if schema.get(choice):
            return sample(schema[choice][0], components, name, about=about, depth=depth)
    kind = kind_of(schema)
    if kind == "object":
        return _object(schema, components, name, depth)
    if kind == "array":
        return [sample(schema.get("items", {}), components, name.rstrip("s"), about=about, depth=depth + 1)]
    return _plain(schema, kind, name, about)


def resolved(schema: Schema, components: Schema) -> Schema:
    """With a `$ref` to the document's own components followed."""
    while "$ref" in schema:
        schema = components["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def kind_of(schema: Schema) -> str:
    """The type, without `null`."""
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kinds, list):
        return str(next((kind for kind in kinds if kind != "null"), "null"))
    return str(kinds)


def is_nullable(schema: Schema) -> bool:
    return "null" in schema.get("type", []) if isinstance(schema.get("type"), list) else False


def _object(schema: Schema, components: Schema, name: str, depth: int) -> dict[str, Any]:
    if depth > DEEPEST:
        return {}
    fields = schema.get("properties", {})
    of = str(resolved(fields["object"], components).get("const", "")) if "object" in fields else name
    found = {
        each: sample(inner, components, each, about=of, depth=depth + 1)
        for each, inner in fields.items()
        if not inner.get("readOnly") or of
    }
    if not fields and isinstance(schema.get("additionalProperties"), Mapping) and name in {"metadata", "labels"}:
        return {"order": "42"}
    return found


def _plain(schema: Schema, kind: str, name: str, about: str) -> Any:
    if kind == "boolean":
        return bool(schema.get("default", False))
    if kind in {"integer", "number"}:
        return schema.get("default", NUMBERS.get(name, max(schema.get("minimum", 1), 1)))
    if schema.get("format") == "date-time":
        return MOMENT
    if schema.get("format") == "date":
        return MOMENT[:10]
    if name == "id" or name in PREFIXES:
        return f"{PREFIXES.get(name if name != 'id' else about, about or 'id')}_{TAIL}"
    text = schema.get("default", TEXTS.get(name, name.replace("_", " ") or "text"))
    return str(text)[: schema.get("maxLength", 500)]
