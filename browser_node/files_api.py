"""The files of a browser over HTTP: listed, fetched, given, deleted. Its credential or the node's key opens them."""

from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from browser_node.asked import browser_in
from browser_node.browsers import Browsers
from browser_node.errors import ApiError
from browser_node.file_names import safe_name
from browser_node.files import Files, NotThere, Taken, TooLarge


class FilesApi:
    def __init__(self, browsers: Browsers, key: str) -> None:
        self._browsers = browsers
        self._key = key

    def routes(self) -> list[Route]:
        one = "/browsers/{instance_id}/files/{name}"
        return [
            Route("/browsers/{instance_id}/files", self.all),
            Route(one, self.get),
            Route(one, self.put, methods=["PUT"]),
            Route(one, self.delete, methods=["DELETE"]),
        ]

    async def all(self, request: Request) -> Response:
        return JSONResponse([file.to_json() for file in self._find(request).all()])

    async def get(self, request: Request) -> Response:
        files, name = self._find(request), request.path_params["name"]
        try:
            if not files.is_complete(name):
                raise ApiError(409, "incomplete", "this file is still being downloaded")
            size, pieces = await files.read(name)
        except NotThere as error:
            raise ApiError(404, "unknown_file", "no such file is here") from error
        headers = {"content-length": str(size), "x-content-type-options": "nosniff"}
        return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)

    async def put(self, request: Request) -> Response:
        files, name = self._find(request), request.path_params["name"]
        if safe_name(name) != name:
            raise ApiError(422, "invalid", f"name: must be one plain file name, such as {safe_name(name)!r}", "name")
        try:
            file = await files.put(name, _body(request))
        except Taken as error:
            raise ApiError(409, "name_taken", "a download of this browser has that name") from error
        except TooLarge as error:
            raise ApiError(413, "too_large", "this is more than one browser may be given") from error
        except (OSError, ClientDisconnect) as error:
            raise ApiError(503, "not_stored", "the file could not be stored") from error
        return JSONResponse(file.to_json(), status_code=201)

    async def delete(self, request: Request) -> Response:
        await self._find(request).delete(request.path_params["name"])
        return Response(status_code=204)

    def _find(self, request: Request) -> Files:
        return browser_in(request, self._browsers, self._key).files


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk
