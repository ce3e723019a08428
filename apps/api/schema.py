"""What drf-spectacular cannot see by itself: how callers authenticate, which problems an address answers with."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from apps.api.errors import MEDIA_TYPE
from apps.api.v1.documents import Document, Problem

MEANINGS = {
    400: "The body or the request cannot be read.",
    401: "No credential, or one that is wrong, expired or revoked.",
    403: "Visible, but not allowed; also a scope that the token lacks.",
    404: "Does not exist, or is not yours to see.",
    409: "Not possible in the present state.",
    410: "It was, and is over.",
    413: "The body is larger than a megabyte.",
    415: "Only application/json is read.",
    422: "A field or option is wrong; `errors` says which.",
    429: "A limit of yours; try again after `Retry-After` seconds.",
    503: "Nothing free now; try again after `Retry-After` seconds.",
}


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """For `responses`: these, and those that every address has."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(Problem, description=MEANINGS[status])
        for status in sorted({400, 401, 403, 429, *statuses})
    }


def problems_with_key(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The same for an address that takes an `Idempotency-Key`, which can be refused by itself."""
    in_use = f"Another request with this Idempotency-Key is being answered (`in_flight`): try again. {MEANINGS[409]}"
    found = problems(409, 410, 422, *statuses)
    found[409, MEDIA_TYPE] = OpenApiResponse(Problem, description=in_use)
    return found


def repeated(document: type[Document], words: str = "A repeat: what the first request made.") -> OpenApiResponse:
    """What an `Idempotency-Key` that was used before is answered with."""
    return OpenApiResponse(document, description=words)


PAGING = [
    OpenApiParameter("cursor", str, description="From `next` or `previous`."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
]
RESUME = OpenApiParameter(
    "Last-Event-ID", str, OpenApiParameter.HEADER, description="With `Accept: text/event-stream`: read on from there."
)
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A repeat creates nothing and answers with what the first request has become.",
)
WAIT = OpenApiParameter(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": 60},
    description="Seconds to hold the answer until the session is usable.",
)


def path_parameter(name: str, what: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=what)


class CredentialScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "apps.api.authentication.CredentialAuthentication"
    name = ["bearer", "api_key", "token", "cookie"]  # noqa: RUF012 - drf-spectacular's own shape

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "bg_…"},
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            {"type": "apiKey", "in": "query", "name": "token", "description": "Prefer a header."},
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "browsergrid_session",
                "description": "A signed-in person; other methods than GET need the CSRF token too.",
            },
        ]
