"""Who calls the product from outside, byte by byte, and every connect address that asks for a credential."""

from collections.abc import Iterator

from tests.support.product import Product
from tests.support.raw_http import UPGRADE, Reply, ask, head

DOCUMENTS = ("connect/json/version", "connect/json", "connect/json/list", "connect/json/protocol")
SOCKETS = ("connect", "connect/", "connect/json", "connect/json/version/json/version/")
OF_SESSIONS = (
    "connect/json/version",
    "connect/json/list",
    "connect/json/protocol",
    "edge/json/version",
    "edge/json/list",
)
SOCKETS_OF_SESSIONS = ("connect", "connect/devtools/browser", f"connect/devtools/page/{'A' * 32}")


class Caller:
    """One with a token of its own, and an address of its own: refusals count against no other test's rate."""

    def __init__(self, product: Product, token: str = "", *, source: str = "127.0.0.9") -> None:
        self.port, self.token, self.source = product.port, token, source

    def get(self, path: str, *, method: str = "GET", host: str = "", **headers: str) -> Reply:
        return self._ask(path, method, host, headers)

    def upgrade(self, path: str, *, host: str = "", **headers: str) -> Reply:
        return self._ask(path, "GET", host, UPGRADE | headers)

    def _ask(self, path: str, method: str, host: str, headers: dict[str, str]) -> Reply:
        told = {"Host": host or f"localhost:{self.port}"} | headers
        if self.token:
            told.setdefault("Authorization", f"Bearer {self.token}")
        told = {name.replace("_", "-"): value for name, value in told.items()}
        return ask(self.port, head(f"/{path.lstrip('/')}", told, method), source=self.source)


def connect_addresses(session: str) -> Iterator[tuple[bool, str]]:
    """(is a WebSocket, path) of every connect address that asks for a credential."""
    for base in ("", "api/v1/"):
        yield from ((False, f"{base}{path}") for path in DOCUMENTS)
        yield from ((True, f"{base}{path}") for path in SOCKETS)
        yield from ((False, f"{base}sessions/{session}/{path}") for path in OF_SESSIONS)
        yield from ((True, f"{base}sessions/{session}/{path}") for path in SOCKETS_OF_SESSIONS)
