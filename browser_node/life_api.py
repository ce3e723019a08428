"""The life half of the node's API (node key): start, relaunch, observe, stop; health and metrics."""

import math

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from browser_node import access, metrics
from browser_node.asked import body_of
from browser_node.browsers import Browsers, NoRoom, Put, Stopping
from browser_node.errors import ApiError, unauthorised
from browser_node.wire import InvalidSpec, LaunchSpec, is_instance_id

_MOST_WAIT_SECONDS = 60.0
_MOST_BODY_BYTES = 256 * 1024


class LifeApi:
    """Every handler asks for the key first."""

    def __init__(self, browsers: Browsers, key: str) -> None:
        self._browsers = browsers
        self._key = key

    def routes(self) -> list[Route]:
        return [
            Route("/health", self.health),
            Route("/metrics", self.metrics),
            Route("/browsers", self.observe),
            Route("/browsers/{instance_id}", self.put, methods=["PUT"]),
            Route("/browsers/{instance_id}", self.delete, methods=["DELETE"]),
        ]

    async def health(self, request: Request) -> Response:
        self._authorise(request)
        health = self._browsers.health()
        return JSONResponse(health.to_json(), status_code=200 if health.ok else 503)

    async def metrics(self, request: Request) -> Response:
        self._authorise(request)
        text = metrics.render(self._browsers)
        return Response(text, media_type="text/plain; version=0.0.4")

    async def observe(self, request: Request) -> Response:
        """With `changed_since` and `wait`: as soon as anything is another than at that version."""
        self._authorise(request)
        since = request.query_params.get("changed_since")
        if since is not None:
            wait = _number(request, "wait", 0.0, most=_MOST_WAIT_SECONDS)
            await self._browsers.changes.wait(int(_number(request, "changed_since", 0.0, most=1e15)), wait)
        return JSONResponse(self._browsers.observe().to_json())

    async def put(self, request: Request) -> Response:
        self._authorise(request)
        spec = _spec(request, await body_of(request, most=_MOST_BODY_BYTES))
        try:
            put = self._browsers.put(spec)
        except NoRoom as full:
            raise ApiError(507, "no_room", str(full)) from full
        except Stopping as stopping:
            raise ApiError(409, "stopping", "a browser of this name is being stopped") from stopping
        seen = self._browsers.observe_one(spec.instance_id)
        return JSONResponse(seen.to_json(), status_code=200 if put is Put.UNCHANGED else 202)

    async def delete(self, request: Request) -> Response:
        self._authorise(request)
        grace = _number(request, "grace_seconds", 10.0, most=300.0)
        code, reason = close_reason(request, default=4000)
        going = self._browsers.stop(request.path_params["instance_id"], grace, code, reason)
        return Response(status_code=202 if going else 204)

    def _authorise(self, request: Request) -> None:
        if not access.matches(request.headers.raw, self._key):
            raise unauthorised()


def close_reason(request: Request, default: int) -> tuple[int, str]:
    """A WebSocket close code and a reason that fits a close frame. Raises ApiError."""
    code = int(_number(request, "code", default, least=1000, most=4999))
    if not (code in (1000, 1001, 1008, 1011, 1012, 1013) or 3000 <= code <= 4999):
        raise ApiError(422, "invalid", "code: may not be sent in a close frame", "code")
    reason = request.query_params.get("reason", "").encode()[:123].decode(errors="ignore")
    return code, reason


def _spec(request: Request, body: bytes) -> LaunchSpec:
    instance_id = request.path_params["instance_id"]
    if not is_instance_id(instance_id):
        raise ApiError(422, "invalid", "instance_id: must be <session uuid>-<incarnation>", "instance_id")
    try:
        spec = LaunchSpec.from_json_text(body)
    except InvalidSpec as error:
        raise ApiError(422, "invalid", str(error), error.field) from error
    if spec.instance_id != instance_id:
        raise ApiError(422, "invalid", "instance_id: differs from the one in the address", "instance_id")
    return spec


def _number(request: Request, name: str, default: float, *, least: float = 0.0, most: float) -> float:
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise ApiError(422, "invalid", f"{name}: must be a number from {least:g} to {most:g}", name)
    return number
