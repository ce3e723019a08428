"""What every part of the node's API asks of a request: which browser is meant, whether it may be used, and the body."""

from starlette.requests import Request

from browser_node import access
from browser_node.browser import Browser
from browser_node.browsers import Browsers
from browser_node.errors import ApiError, unauthorised, unknown_browser


def browser_in(request: Request, browsers: Browsers, key: str) -> Browser:
    """The one in the path, for whoever has its credential or the node's key. Raises ApiError."""
    browser = browsers.get(request.path_params["instance_id"])
    if browser is None:
        raise unknown_browser()
    if not access.matches_any(request.headers.raw, browser.spec.credential, key):
        raise unauthorised()
    return browser


async def body_of(request: Request, *, most: int) -> bytes:
    """Raises ApiError as soon as it is longer than `most` bytes."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise ApiError(413, "too_large", "the body is too large")
    return body
