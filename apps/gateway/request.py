"""One request to the gateway as values: from an ASGI scope to what the rest of the face reads."""

import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings

from apps.access.outside import Outside, outside, used_host
from apps.core.errors import Invalid
from apps.gateway.addresses import Address, Kind, Naming, parse, put_back

Scope = MutableMapping[str, Any]  # the values are the ASGI specification's

MOST_FIELDS = 120


@dataclass(frozen=True)
class Request:
    """`hosts` are all Host headers; other headers appear once, the last of them."""

    is_websocket: bool
    method: str
    address: Address
    headers: Mapping[str, str] = field(repr=False)
    hosts: tuple[str, ...]
    raw_query: str = field(repr=False)
    peer: str
    server_port: int
    outside: Outside
    id: str = field(default_factory=lambda: f"req_{secrets.token_hex(8)}")

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Raises Invalid where there are too many fields; of a repeated field the last counts."""
        try:
            return dict(parse_qsl(self.raw_query, keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError as error:
            raise Invalid("invalid", f"The query has more than {MOST_FIELDS} fields.") from error

    @property
    def host(self) -> str:
        """The one that absolute addresses are built from, which a trusted proxy may have named."""
        return used_host(self.headers, self.peer, settings.GRID.trusted_proxies)


def naming() -> Naming:
    return Naming(settings.PUBLIC_HOST, settings.GRID.connect_routing == "subdomain")


def address_of(scope: Scope) -> Address | None:
    """What the gateway is asked for; None where the request is somebody else's, as the page of a live view is."""
    path, _ = put_back(_raw_path(scope), scope["query_string"].decode("latin-1"))
    headers = _headers(scope)
    address = parse(naming(), used_host(headers, _peer(scope), settings.GRID.trusted_proxies), path)
    is_page = address is not None and address.kind is Kind.LIVE and scope["type"] == "http"
    return None if is_page else address


def read(scope: Scope, address: Address) -> Request:
    headers, peer = _headers(scope), _peer(scope)
    grid = settings.GRID
    _, query = put_back(_raw_path(scope), scope["query_string"].decode("latin-1"))
    server = scope.get("server") or ("", 0)
    return Request(
        is_websocket=scope["type"] == "websocket",
        method=scope.get("method", "GET"),
        address=address,
        headers=headers,
        hosts=tuple(value.decode("latin-1") for name, value in scope["headers"] if name == b"host"),
        raw_query=query,
        peer=peer,
        server_port=server[1] or 0,
        outside=outside(
            peer, scope.get("scheme", "http"), headers, trusted=grid.trusted_proxies, public_url=grid.public_url
        ),
    )


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _raw_path(scope: Scope) -> str:
    raw = scope.get("raw_path")
    return raw.decode("latin-1").partition("?")[0] if raw is not None else str(scope["path"])


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
