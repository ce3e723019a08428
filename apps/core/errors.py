"""What can go wrong, in words a person can act on. Faces turn each into an HTTP status and a stable code.

GridError
├── Unauthenticated 401      no credential, or one that is wrong, expired or revoked
├── NotAllowed      403      visible, but not allowed; also a missing scope
├── NotFound        404      does not exist, or is not yours to see: the same words for both
├── Conflict        409      not possible in the present state
├── Ended           410      it was, and is over
├── Invalid         422      a field or option is wrong; `fields` says which
├── TooMany         429      a limit of yours; `retry_after` seconds
└── NoCapacity      503      nothing free now; `retry_after` seconds
"""

from collections.abc import Mapping
from typing import ClassVar


class GridError(Exception):
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(self, code: str, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


class Unauthenticated(GridError):
    status = 401
    title = "Not signed in"

    def __init__(self, code: str = "invalid_credential", detail: str = "") -> None:
        super().__init__(code, detail or "Give a valid API token as `Authorization: Bearer`, `X-API-Key` or `?token=`.")


class NotAllowed(GridError):
    status = 403
    title = "Not allowed"


class NotFound(GridError):
    status = 404
    title = "Not found"

    def __init__(self) -> None:
        super().__init__("not_found", "There is nothing here that you may see.")


class Conflict(GridError):
    status = 409
    title = "Not possible now"


class Ended(GridError):
    status = 410
    title = "Ended"


class Invalid(GridError):
    status = 422
    title = "Invalid"

    def __init__(self, code: str, detail: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(code, detail)
        self.fields = dict(fields or {})


class TooMany(GridError):
    status = 429
    title = "Too many"


class NoCapacity(GridError):
    status = 503
    title = "No capacity now"
