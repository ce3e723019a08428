"""The one client of the node's API: life verbs under the node's key, use verbs under a browser's. httpx only.

NodeError
├── NodeUnreachable   no answer: it is down, starting, or the network is
└── NodeRefused       an answer that is not a success; `status` says which
"""

from types import TracebackType
from typing import Any, Self

import httpx

from browser_node.wire import LaunchSpec, NodeHealth, Observation, Observed

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 5.0


class NodeError(Exception):
    pass


class NodeUnreachable(NodeError):
    pass


class NodeRefused(NodeError):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


class NodeClient:
    """`address` is unix:/path, host:port or an http URL. Cheap to make; use it in a `with`."""

    def __init__(self, address: str, key: str = "", *, timeout_seconds: float = ANSWER_SECONDS) -> None:
        base, transport = _endpoint(address)
        self._http = httpx.Client(
            base_url=base,
            transport=transport,
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def health(self) -> NodeHealth:
        return NodeHealth.from_json(self._ask("GET", "/health").json())

    def browsers(self) -> Observation:
        return Observation.from_json(self._ask("GET", "/browsers").json())

    def changes(self, since: int, *, wait_seconds: float) -> Observation:
        """Answers when anything changed after version `since`, at the latest after the wait."""
        timeout = httpx.Timeout(wait_seconds + ANSWER_SECONDS, connect=CONNECT_SECONDS)
        query = {"changed_since": since, "wait": wait_seconds}
        return Observation.from_json(self._ask("GET", "/browsers", params=query, timeout=timeout).json())

    def start(self, spec: LaunchSpec) -> Observed:
        return Observed.from_json(self._ask("PUT", f"/browsers/{spec.instance_id}", json=spec.to_json()).json())

    def stop(self, instance_id: str, *, grace_seconds: float, code: int = 4000, reason: str = "") -> bool:
        """True when it is gone already, False while it goes."""
        query = {"grace_seconds": grace_seconds, "code": code, "reason": reason}
        return self._ask("DELETE", f"/browsers/{instance_id}", params=query).status_code == 204

    def json(self, instance_id: str, what: str, *, credential: str, launch: str = "") -> Any:
        """Chrome's own `version`, `list` or `protocol`; held until the launch runs and the page is there."""
        headers = _use(credential) | ({"x-browsergrid-launch": launch} if launch else {})
        timeout = httpx.Timeout(60.0 + ANSWER_SECONDS, connect=CONNECT_SECONDS)
        return self._ask("GET", f"/browsers/{instance_id}/json/{what}", headers=headers, timeout=timeout).json()

    def close_connection(self, instance_id: str, connection: str, *, code: int, reason: str, credential: str) -> None:
        """Raises NodeRefused with status 404 for a connection the node does not have."""
        path = f"/browsers/{instance_id}/connections/{connection}"
        self._ask("DELETE", path, params={"code": code, "reason": reason}, headers=_use(credential))

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise NodeUnreachable(type(error).__name__) from error
        if not answer.is_success:
            raise NodeRefused(answer.status_code, answer.text[:500])
        return answer


def _use(credential: str) -> dict[str, str]:
    return {"authorization": f"Bearer {credential}"}


def _endpoint(address: str) -> tuple[str, httpx.HTTPTransport]:
    if address.startswith("unix:"):
        return "http://node", httpx.HTTPTransport(uds=address.removeprefix("unix:"))
    return address if "://" in address else f"http://{address}", httpx.HTTPTransport()
