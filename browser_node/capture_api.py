"""What is to be kept of a browser, and what was kept, over HTTP. Its own credential or the node's key opens both.

What was kept is found by the browser's name also when the browser is gone, or the node was started anew.
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from browser_node import access
from browser_node.asked import body_of, browser_in
from browser_node.browsers import Browsers
from browser_node.capture.spool import Spool
from browser_node.capture.spools import Spools
from browser_node.errors import ApiError, unauthorised
from browser_node.fields import InvalidSpec, read_object, read_text
from browser_node.wire_capture import CaptureWish, Stream

_MOST_BODY_BYTES = 16 * 1024


class CaptureApi:
    def __init__(self, browsers: Browsers, spools: Spools, key: str) -> None:
        self._browsers = browsers
        self._spools = spools
        self._key = key

    def routes(self) -> list[Route]:
        wish, one = "/browsers/{instance_id}/capture", "/captures/{instance_id}"
        piece = f"{one}/{{stream}}/{{number:int}}"
        return [
            Route(wish, self.state),
            Route(wish, self.want, methods=["PUT"]),
            Route(f"{wish}/marks", self.mark, methods=["POST"]),
            Route("/captures", self.all),
            Route(one, self.segments),
            Route(one, self.free_all, methods=["DELETE"]),
            Route(piece, self.segment),
            Route(piece, self.free, methods=["DELETE"]),
        ]

    async def state(self, request: Request) -> Response:
        return JSONResponse(browser_in(request, self._browsers, self._key).capture.state.to_json())

    async def want(self, request: Request) -> Response:
        capture = browser_in(request, self._browsers, self._key).capture
        try:
            wish = CaptureWish.from_json(await _json(request))
        except InvalidSpec as error:
            raise ApiError(422, "invalid", str(error), error.field) from error
        try:
            await capture.want(wish)
        except OSError as error:
            raise ApiError(507, "no_room", "nothing can be kept on this node's disk") from error
        return JSONResponse(capture.state.to_json())

    async def mark(self, request: Request) -> Response:
        capture = browser_in(request, self._browsers, self._key).capture
        try:
            capture.mark(read_text(read_object(await _json(request), "body"), "label", limit=256))
        except InvalidSpec as error:
            raise ApiError(422, "invalid", str(error), error.field) from error
        return Response(status_code=204)

    async def all(self, request: Request) -> Response:
        if not access.matches(request.headers.raw, self._key):
            raise unauthorised()
        return JSONResponse(self._spools.names())

    async def segments(self, request: Request) -> Response:
        spool = self._spool(request)
        if request.query_params.get("flush") == "1":
            await spool.flush()
        return JSONResponse([segment.to_json() for segment in spool.segments()])

    async def segment(self, request: Request) -> Response:
        spool = self._spool(request)
        try:
            path = spool.path(Stream(request.path_params["stream"]), request.path_params["number"])
        except (KeyError, ValueError) as error:
            raise ApiError(404, "unknown_segment", "no such segment is here") from error
        return FileResponse(path, media_type="application/octet-stream")

    async def free(self, request: Request) -> Response:
        spool = self._spool(request)
        try:
            await spool.free(Stream(request.path_params["stream"]), request.path_params["number"])
        except ValueError as error:
            raise ApiError(404, "unknown_segment", "there is no such stream") from error
        return Response(status_code=204)

    async def free_all(self, request: Request) -> Response:
        """Of a browser that is gone, the whole spool; of one that lives, what is closed."""
        instance_id, spool = request.path_params["instance_id"], self._spool(request)
        if self._browsers.get(instance_id) is None:
            await self._spools.remove(instance_id)
        else:
            for segment in spool.segments():
                await spool.free(segment.stream, segment.number)
        return Response(status_code=204)

    def _spool(self, request: Request) -> Spool:
        """Raises ApiError."""
        spool = self._spools.get(request.path_params["instance_id"])
        if spool is None:
            raise ApiError(404, "unknown_capture", "nothing is kept of such a browser here")
        is_known = access.matches(request.headers.raw, self._key)
        if not (is_known or spool.opens_to(access.bearer(request.headers.raw))):
            raise unauthorised()
        return spool


async def _json(request: Request) -> Any:
    """Raises ApiError."""
    body = await body_of(request, most=_MOST_BODY_BYTES)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ApiError(422, "invalid", "body: is not JSON", "body") from error
