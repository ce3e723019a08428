"""The one client of a node's API: synchronous, over TCP or a unix socket. Values in and out are those of `wire`.

Safe to share between threads. Nothing here retries: every call may be repeated by the caller as it is.
"""

import contextlib
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

from browser_node.wire import LaunchSpec, NodeHealth, Observation, Observed
from browser_node.wire_capture import CaptureState, CaptureWish, NodeFile, Segment, Stream

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 15.0
_FILE_SECONDS = 120.0  # without a byte


class NodeError(Exception):
    """The node was not reached, or refused.

    NodeUnreachable  no connection, or no answer in time: nothing is known
    NodeRefused      an answer other than success: `status`, `code`, `detail`
    """


class NodeUnreachable(NodeError):
    """Whether the call had an effect is not known; calls may be repeated."""


class NodeRefused(NodeError):
    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail


class NodeClient:
    """`address` is `unix:/path`, `host:port` or an http URL; `key` is the node's own."""

    def __init__(self, address: str, key: str, *, timeout_seconds: float = _ANSWER_SECONDS) -> None:
        transport, base = _transport(address)
        timeout = httpx.Timeout(timeout_seconds, connect=_CONNECT_SECONDS)
        # trust_env would send calls to nodes through the proxy of whoever started this process.
        self._http = httpx.Client(transport=transport, base_url=base, timeout=timeout, trust_env=False)
        self._seconds = timeout_seconds
        self._key = key

    def __enter__(self) -> "NodeClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def health(self) -> NodeHealth:
        """Raises NodeRefused with 503 while the node is shutting down."""
        return NodeHealth.from_json(self._call("GET", "/health").json())

    def metrics(self) -> str:
        return self._call("GET", "/metrics").text

    def browsers(self) -> Observation:
        return Observation.from_json(self._call("GET", "/browsers").json())

    def changes(self, since: int, *, wait_seconds: float = 25.0) -> Observation:
        """All browsers, as soon as anything is another than at version `since`, at the latest after that time."""
        answer = self._call(
            "GET",
            "/browsers",
            params={"changed_since": since, "wait": wait_seconds},
            timeout=wait_seconds + self._seconds,
        )
        return Observation.from_json(answer.json())

    def start(self, spec: LaunchSpec) -> Observed:
        """Start, relaunch or leave as it is; repeatable. Refused: 507 no room, 422 bad spec, 409 being stopped."""
        answer = self._call("PUT", f"/browsers/{_part(spec.instance_id)}", json=spec.to_json())
        return Observed.from_json(answer.json())

    def stop(
        self, instance_id: str, *, grace_seconds: float = 10.0, code: int = 4000, reason: str = "released"
    ) -> bool:
        """True while it goes, false when it is gone; repeatable."""
        query: dict[str, Any] = {"grace_seconds": grace_seconds, "code": code, "reason": reason}
        return self._call("DELETE", f"/browsers/{_part(instance_id)}", params=query).status_code == 202

    def json(self, instance_id: str, what: str, credential: str, *, launch: str = "", seconds: float = 70.0) -> Any:
        """Chrome's own document: version, list or protocol. Waits for the launch and for a page."""
        return self.document(instance_id, what, credential, launch=launch, seconds=seconds).json()

    def document(
        self, instance_id: str, what: str, credential: str, *, launch: str = "", seconds: float = 70.0
    ) -> httpx.Response:
        """`json` with Chrome's bytes as they are."""
        headers = {"X-BrowserGrid-Launch": launch} if launch else {}
        path = f"/browsers/{_part(instance_id)}/json/{_part(what)}"
        return self._call("GET", path, credential=credential, headers=headers, timeout=seconds)

    def close_connection(
        self, instance_id: str, connection: str, credential: str, *, code: int = 4001, reason: str = ""
    ) -> bool:
        """False when no such connection is open."""
        path = f"/browsers/{_part(instance_id)}/connections/{_part(connection)}"
        try:
            self._call("DELETE", path, credential=credential, params={"code": code, "reason": reason})
        except NodeRefused as refused:
            if refused.status != 404:
                raise
            return False
        return True

    def capture(self, instance_id: str, credential: str, wish: CaptureWish | dict[str, Any]) -> CaptureState:
        """From now on keep this, and nothing else; repeatable. Once nothing is wished, every stream is closed."""
        body = wish.to_json() if isinstance(wish, CaptureWish) else wish
        answer = self._call("PUT", f"/browsers/{_part(instance_id)}/capture", credential=credential, json=body)
        return CaptureState.from_json(answer.json())

    def capture_state(self, instance_id: str, credential: str) -> CaptureState:
        answer = self._call("GET", f"/browsers/{_part(instance_id)}/capture", credential=credential)
        return CaptureState.from_json(answer.json())

    def mark(self, instance_id: str, credential: str, label: str) -> None:
        """Put a mark at this moment of whatever is being captured."""
        path = f"/browsers/{_part(instance_id)}/capture/marks"
        self._call("POST", path, credential=credential, json={"label": label})

    def captures(self) -> list[str]:
        """The instances of which something is kept here, alive or not."""
        return [str(instance_id) for instance_id in self._call("GET", "/captures").json()]

    def segments(self, instance_id: str, credential: str, *, flush: bool = False) -> list[Segment]:
        """Closed pieces of all streams, in order; `flush` closes the open ones first. Refused: 404 nothing is kept."""
        query = {"flush": "1"} if flush else {}
        answer = self._call("GET", f"/captures/{_part(instance_id)}", credential=credential, params=query)
        return [Segment.from_json(segment) for segment in answer.json()]

    def segment(self, instance_id: str, credential: str, stream: Stream | str, number: int) -> bytes:
        path = f"/captures/{_part(instance_id)}/{_part(stream)}/{number}"
        return self._call("GET", path, credential=credential, timeout=_FILE_SECONDS).content

    def free(self, instance_id: str, credential: str, stream: Stream | str = "", number: int | None = None) -> None:
        """Forget one segment, or without stream and number all that is closed; repeatable."""
        path = f"/captures/{_part(instance_id)}"
        if number is not None:
            path += f"/{_part(stream)}/{number}"
        self._call("DELETE", path, credential=credential)

    def files(self, instance_id: str, credential: str) -> list[NodeFile]:
        answer = self._call("GET", f"/browsers/{_part(instance_id)}/files", credential=credential)
        return [NodeFile.from_json(file) for file in answer.json()]

    @contextlib.contextmanager
    def file(self, instance_id: str, credential: str, name: str) -> Iterator[Iterator[bytes]]:
        """Its content in pieces, while the context lasts. Refused: 404; 409 while it is still arriving."""
        path = f"/browsers/{_part(instance_id)}/files/{_part(name)}"
        authorised = {"Authorization": f"Bearer {credential or self._key}"}
        timeout = httpx.Timeout(_FILE_SECONDS, connect=_CONNECT_SECONDS)
        try:
            with self._http.stream("GET", path, headers=authorised, timeout=timeout) as response:
                if not response.is_success:
                    response.read()
                    raise _refusal(response)
                yield response.iter_raw()
        except httpx.TransportError as error:
            raise NodeUnreachable(f"{type(error).__name__}: {error}") from error

    def put_file(self, instance_id: str, credential: str, name: str, body: bytes | Iterable[bytes]) -> NodeFile:
        """Make it available to the browser's file choosers. Refused: 413 too large, 422 bad name, 409 taken."""
        path = f"/browsers/{_part(instance_id)}/files/{_part(name)}"
        answer = self._call("PUT", path, credential=credential, content=body, timeout=_FILE_SECONDS)
        return NodeFile.from_json(answer.json())

    def delete_file(self, instance_id: str, credential: str, name: str) -> None:
        """Already gone is a success."""
        self._call("DELETE", f"/browsers/{_part(instance_id)}/files/{_part(name)}", credential=credential)

    def _call(
        self, method: str, path: str, *, credential: str = "", headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        authorised = {"Authorization": f"Bearer {credential or self._key}", **(headers or {})}
        if isinstance(more.get("timeout"), float | int):
            more["timeout"] = httpx.Timeout(more["timeout"], connect=_CONNECT_SECONDS)
        try:
            response = self._http.request(method, path, headers=authorised, **more)
        except httpx.TransportError as error:
            raise NodeUnreachable(f"{type(error).__name__}: {error}") from error
        if response.is_success:
            return response
        raise _refusal(response)


def _refusal(response: httpx.Response) -> NodeRefused:
    try:
        body = response.json()
    except ValueError:
        body = None
    facts = body if isinstance(body, dict) else {}
    code, detail = str(facts.get("code", "refused")), str(facts.get("detail", response.text[:200]))
    return NodeRefused(response.status_code, code, detail)


def _transport(address: str) -> tuple[httpx.HTTPTransport, str]:
    if address.startswith("unix:"):
        path = address.removeprefix("unix:")
        return httpx.HTTPTransport(uds=path, limits=_limits()), "http://node"
    base = address if "://" in address else f"http://{address}"
    return httpx.HTTPTransport(limits=_limits()), base


def _limits() -> httpx.Limits:
    # Long polls hold a connection each.
    return httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=4.0)


def _part(text: str) -> str:
    return quote(text, safe="")
