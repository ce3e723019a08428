"""Use of a live browser on behalf of a face: where it is, how to be let in, its own JSON, closing a client by name.

Authorisation is the caller's business and done before. Life (start, stop, relaunch) is not here but in the reconciler.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

from apps.core.errors import Ended, Invalid, NoCapacity
from apps.nodes.credentials import browser_key
from apps.nodes.models import Node
from browser_node.client import NodeClient, NodeRefused, NodeUnreachable
from browser_node.wire import InvalidSpec, check_egress_entry, options_from_json


@dataclass(frozen=True)
class Place:
    """A browser's address on its node, with the key that opens it. `launch` is the one the caller must be given."""

    address: str  # unix:/path or http://host:port
    instance_id: str
    launch: str

    @property
    def path(self) -> str:
        return f"/browsers/{self.instance_id}"

    def headers(self, connection: str = "") -> dict[str, str]:
        """For an upgrade or a JSON request to the node."""
        headers = {"authorization": f"Bearer {browser_key(self.instance_id)}", "x-browsergrid-launch": self.launch}
        return headers | ({"x-browsergrid-connection": connection} if connection else {})


def place(node: Node | None, instance_id: str, launch: str) -> Place:
    """Raises NoCapacity where the browser is on no node yet."""
    if node is None:
        raise NoCapacity("not_ready", "The browser is still being started.", retry_after=1)
    return Place(node.address, instance_id, launch)


def chrome_json(place: Place, what: str) -> Any:
    """Chrome's own `version`, `list` or `protocol`, unchanged. Raises Ended, NoCapacity."""
    try:
        key = browser_key(place.instance_id)
        return client_of(place.address).json(place.instance_id, what, key, launch=place.launch)
    except NodeRefused as error:
        raise _refusal(error.status) from error
    except (NodeUnreachable, httpx.HTTPError) as error:
        raise NoCapacity("unreachable", "The browser's node does not answer.", retry_after=1) from error


def close_connection(place: Place, connection: str, *, code: int, reason: str) -> bool:
    """Ask the node to say goodbye to that client. False where the node cannot; the caller then cuts the socket."""
    key = browser_key(place.instance_id)
    try:
        client_of(place.address).close_connection(place.instance_id, connection, key, code=code, reason=reason)
    except (NodeRefused, NodeUnreachable, httpx.HTTPError):
        return False
    return True


def check_launch(options: Mapping[str, Any]) -> None:
    """Raises Invalid, naming the field, for launch options that no node accepts."""
    try:
        options_from_json(dict(options))
    except InvalidSpec as error:
        raise Invalid("invalid_option", f"{error.field}: {error.detail}", fields={error.field: error.detail}) from error


def check_egress(entries: Iterable[Any]) -> None:
    """Raises Invalid, naming the first entry of an egress list that no node understands."""
    for entry in entries:
        try:
            check_egress_entry(entry)
        except (InvalidSpec, AttributeError, TypeError, ValueError) as error:
            detail = error.detail if isinstance(error, InvalidSpec) else "is no text"
            raise Invalid("invalid", f"{entry!a}: {detail}", fields={"egress_allow": f"{entry!a}: {detail}"}) from error


@lru_cache(maxsize=64)
def client_of(address: str) -> NodeClient:
    """One for all threads: making one costs tens of milliseconds. It has no key for life, only browsers' own."""
    return NodeClient(address, "")


def _refusal(status: int) -> Ended | NoCapacity:
    if status in {404, 410}:
        return Ended("session_ended", "This session has ended.")
    return NoCapacity("not_ready", "The browser did not answer in time.", retry_after=1)
