"""The finished OpenAPI document: what drf-spectacular wrote, with what is the same at every address."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from apps.api.errors import MEDIA_TYPE
from apps.api.samples import sample
from apps.api.schema import MEANINGS
from apps.core.errors import NotFound, Unauthenticated

OF_BODIES = (413, 415)
RATE_HEADERS = {
    name: {"description": words, "schema": {"type": "integer", "minimum": 0}, "example": number}
    for name, words, number in (
        ("RateLimit-Limit", "Requests a minute of the tightest limit that this one was counted by.", 1200),
        ("RateLimit-Remaining", "How many of them are left.", 1199),
        ("RateLimit-Reset", "Seconds until the oldest of them is forgotten.", 60),
    )
}


@cache
def document() -> dict[str, Any]:
    """Made once per process: it takes a while, and only a restart changes it."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def without_twins(endpoints: list[tuple[str, str, str, Any]], **_: Any) -> list[tuple[str, str, str, Any]]:
    """Each address also answers with a slash at its end; the document names it once."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


def completed(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What is the same everywhere: any one of the credentials will do (drf-spectacular writes that all are needed),
    bodies may be unreadable, answers tell the limits, and every body has an example."""
    components = result["components"]
    components["headers"] = RATE_HEADERS
    for address in result["paths"].values():
        for operation in address.values():
            if "security" in operation:
                operation["security"] = [{name: []} for entry in operation["security"] for name in entry]
            if "requestBody" in operation:
                known = operation["responses"]
                operation["responses"] = dict(
                    sorted((known | {str(code): _problem(code) for code in OF_BODIES}).items())
                )
                _exemplify(operation["requestBody"], components)
            for status, answer in operation["responses"].items():
                if status < "300" or status == "429":
                    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_HEADERS}
                _exemplify(answer, components, status)
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["example"] = sample(parameter["schema"], components, "id", about=_kind(operation))
    return result


def _exemplify(body: dict[str, Any], components: dict[str, Any], status: str = "200") -> None:
    for media, content in body.get("content", {}).items():
        if "examples" in content or media == "text/event-stream":
            continue
        if media == MEDIA_TYPE:
            content["example"] = PROBLEMS.get(int(status), {}) | {"status": int(status)}
        else:
            content["example"] = sample(content.get("schema", {}), components)


def _kind(operation: dict[str, Any]) -> str:
    """Of what the operation's address names: `sessions` holds sessions."""
    return str(operation["tags"][0]).removesuffix("s")


def _problem(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"content": content, "description": MEANINGS[status]}


def _told(code: str, title: str, detail: str) -> dict[str, Any]:
    return {"type": f"urn:browsergrid:problem:{code}", "title": title, "status": 0, "detail": detail, "code": code}


PROBLEMS = {
    400: _told("bad_request", "Bad Request", "The body is not valid JSON."),
    401: _told("invalid_credential", "Not signed in", Unauthenticated().detail),
    403: _told("missing_scope", "Not allowed", "This token lacks the scope sessions:write."),
    404: _told("not_found", "Not found", NotFound().detail),
    409: _told("not_claimed", "Not possible now", "Nobody has claimed this session."),
    410: _told("session_ended", "Ended", "This session has ended. Claim a new one."),
    413: _told("too_large", "Too large", "The body is larger than this address takes."),
    415: _told("unsupported_media_type", "Unsupported Media Type", 'Unsupported media type "text/plain" in request.'),
    422: _told("invalid", "Invalid", "name: Give a text.") | {"errors": [{"field": "name", "detail": "Give a text."}]},
    429: _told("rate_limit", "Too many", "This token makes more than 300 writes a minute. Try again in 12 s."),
    503: _told("pool_full", "No capacity now", "All browsers of this pool are in use."),
}
