"""The whole product as `make up` runs it, in a data directory and on a port of its own, for journeys through it."""

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.support.eventually import eventually
from tests.support.site import Site, running_site

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct-horse-battery-staple"
READY_SECONDS = 90.0  # a guard against hanging; three products that start at once on one core took 64
PEOPLE = ("ann@example.org", "ben@example.org", "user@browsergrid.local")


@dataclass
class Product:
    """A running installation with two ordinary people, Ann and Ben, who have tokens alone; the first ordinary user,
    who has a password as well; and an administrator.
    """

    port: int
    data_dir: Path
    site: Site
    process: "subprocess.Popen[bytes]"
    log: Path
    tokens: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict, repr=False)  # of its processes, the node's apart

    admin_email = "admin@example.org"
    user_email = "user@browsergrid.local"
    password = PASSWORD

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://localhost:{self.port}"

    @property
    def token(self) -> str:
        return self.tokens["ann@example.org"]

    def connect_url(self, **query: str) -> str:
        words = "".join(f"&{name}={value}" for name, value in query.items())
        return f"{self.url}/connect?token={self.token}{words}"

    def api(self, method: str, path: str, *, email: str = "ann@example.org", **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[email]}"} | dict(request.pop("headers", {}))
        return httpx.request(
            method, f"{self.url}/api/v1{path}", headers=headers, timeout=60, trust_env=False, **request
        )

    def sessions(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api("GET", "/sessions", params=query).json()["results"]
        return found

    def ready(self) -> int:
        """Warm browsers of the default pool, as /metrics tells."""
        text = httpx.get(f"{self.url}/metrics", timeout=10, trust_env=False).text
        lines = [
            line for line in text.splitlines() if line.startswith("browsergrid_sessions{") and 'state="ready"' in line
        ]
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))

    def wait_until_warm(self, browsers: int = 2) -> None:
        eventually(lambda: self.ready() >= browsers, within=READY_SECONDS, what=f"{browsers} warm browsers")

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The installation's own database, for what no address tells or does; committed at the end."""
        with closing(sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20)) as connection, connection:
            yield connection

    def chromium_pids(self) -> list[int]:
        """Every process of this installation's browsers, found by the node's directory or by descent from the node."""
        listing = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [
            (int(pid), int(parent), rest)
            for pid, parent, rest in (line.split(None, 2) for line in listing.splitlines())
        ]
        mine = {self.process.pid}
        grown = True
        while grown:
            more = {pid for pid, parent, _ in rows if parent in mine} - mine
            grown, mine = bool(more), mine | more
        return [pid for pid, _, rest in rows if pid in mine and "/chromium" in rest.split(" ", 1)[0]]

    def part(self, words: str) -> int:
        """The process that runs one part, by words of its command line; 0 while there is none."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                if words in " ".join(child.cmdline()):
                    return int(child.pid)
        return 0

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


@contextmanager
def product_running(data_dir: Path, **environment: str) -> Iterator[Product]:
    """Start it, wait until it answers, end it. Further variables come on top."""
    with running_site() as site, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        tokens = {email: f"bgs-{secrets.token_hex(16)}" for email in PEOPLE}
        log = data_dir.with_suffix(".log")
        settings = _environment(site, tokens) | {
            "BROWSERGRID_PORT": str(port),
            "BROWSERGRID_DATA_DIR": str(data_dir),
            **environment,
        }
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT, env=settings
            )
        product = Product(port, data_dir, site, process, log, tokens, settings)
        try:
            eventually(lambda: _answers(product), within=READY_SECONDS, what="the product")
            yield product
        finally:
            if process.poll() is None:
                product.stop()


def _environment(site: Site, tokens: Mapping[str, str]) -> dict[str, str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BROWSERGRID_", "DJANGO_", "DATABASE_URL", "REDIS_URL"))
    }
    return clean | {
        "DJANGO_SETTINGS_MODULE": "browsergrid.settings.development",
        "BROWSERGRID_STATIC_TOKENS": ",".join(f"{token}={email}" for email, token in tokens.items()),
        "BROWSERGRID_ADMIN_EMAIL": Product.admin_email,
        "BROWSERGRID_ADMIN_PASSWORD": PASSWORD,
        "BROWSERGRID_USER_PASSWORD": PASSWORD,
        "BROWSERGRID_EGRESS_ALLOW": f"localhost:{site.port}",
        **{f"BROWSERGRID_{name}_RATE{whose}": "100000" for name in ("READ", "WRITE") for whose in ("", "_IP")},
        "BROWSERGRID_STRANGER_RATE_IP": "100000",  # journeys look again and again
    }


def _answers(product: Product) -> bool:
    if product.process.poll() is not None:
        pytest.fail(f"`manage.py up` ended with {product.process.returncode}:\n{product.log.read_text()[-4000:]}")
    try:
        return httpx.get(f"{product.url}/readyz", timeout=2, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def running_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One product for all journeys of a test process."""
    with product_running(tmp_path_factory.mktemp("product") / "var") as product:
        product.wait_until_warm()
        yield product


@pytest.fixture(scope="session")
def drilled_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Another one, for drills: it logs all there is to log, its browsers may reach loopback, parts of it are killed."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        node = f"127.0.0.1:{probe.getsockname()[1]}"
    settings = {
        "BROWSERGRID_LOG_LEVEL": "DEBUG",
        "BROWSERGRID_LOG_FORMAT": "json",
        "BROWSERGRID_EGRESS_ALLOW": "127.0.0.0/8",
        "BROWSERGRID_NODE_ADDRESS": node,
        "BROWSERGRID_DRAIN_SECONDS": "4",
    }
    with product_running(tmp_path_factory.mktemp("drilled") / "var", **settings) as product:
        product.wait_until_warm()
        yield product
