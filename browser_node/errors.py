"""What a caller of the node's API is told instead of an answer: a status, a stable code and a sentence."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class ApiError(Exception):
    def __init__(self, status: int, code: str, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.body = {"code": code, "detail": detail, **({"field": field} if field else {})}

    def response(self) -> JSONResponse:
        headers = {"WWW-Authenticate": "Bearer"} if self.status == 401 else None
        return JSONResponse(self.body, status_code=self.status, headers=headers)


def unauthorised() -> ApiError:
    return ApiError(401, "unauthorised", "a credential is needed, and this is not the right one")


def unknown_browser() -> ApiError:
    return ApiError(404, "unknown_browser", "no such browser runs here")


async def answer(request: Request, error: Exception) -> Response:
    """Starlette's handler for ApiError; it hands over nothing else."""
    return error.response() if isinstance(error, ApiError) else Response(status_code=500)
