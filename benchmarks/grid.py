"""The product under measurement: one that runs already, or one of our own on another port with its own data.

BROWSERGRID_BENCH_URL and BROWSERGRID_BENCH_TOKEN name a running one; without them `manage.py up` is started.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from benchmarks.candidates import free_ports
from benchmarks.programs import MissingProgramError

ROOT = Path(__file__).parent.parent
START_SECONDS = 240.0
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Grid:
    """Where it is, and who we are there."""

    url: str
    token: str

    @property
    def port(self) -> int:
        """Of its web server."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def connect_url(self) -> str:
        """What Playwright is given."""
        return f"{self.url}/connect?token={self.token}"

    def client(self) -> httpx.Client:
        """For the API; the connection is kept, as a program would."""
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    def release(self, api: httpx.Client, session: str) -> None:
        """Give a session back and wait until its browser is gone."""
        api.delete(f"/api/v1/sessions/{session}").raise_for_status()
        deadline = time.monotonic() + 30
        while api.get(f"/api/v1/sessions/{session}").json().get("ended_at") is None:
            if time.monotonic() > deadline:
                raise RuntimeError("a released session did not end within 30 s")
            time.sleep(0.1)

    def claim(self, api: httpx.Client, **fields: Any) -> tuple[dict[str, Any], float, bool]:
        """A session, the milliseconds until the answer, and whether it was warm (a 201)."""
        while True:
            began = time.perf_counter()
            answer = api.post("/api/v1/sessions", json=fields)
            elapsed = (time.perf_counter() - began) * 1000
            if answer.status_code not in (429, 503):
                break
            time.sleep(float(answer.headers.get("retry-after", "1")))
        answer.raise_for_status()
        body = answer.json()
        is_warm = answer.status_code == 201
        while body.get("state") not in ("claimed", "running"):
            time.sleep(0.2)
            if body.get("object") == "claim" and body.get("session"):
                body = body["session"]
            where = "claims" if body.get("object") == "claim" else "sessions"
            body = api.get(f"/api/v1/{where}/{body['id']}").raise_for_status().json()
        return body, elapsed, is_warm


@contextlib.contextmanager
def running_grid() -> Iterator[Grid]:
    """The one that the environment names, else one of our own."""
    url, token = os.environ.get("BROWSERGRID_BENCH_URL"), os.environ.get("BROWSERGRID_BENCH_TOKEN")
    if url and token:
        yield Grid(url.rstrip("/"), token)
        return
    (port,) = free_ports(1)
    grid = Grid(f"http://127.0.0.1:{port}", f"bench-{secrets.token_hex(20)}")
    with tempfile.TemporaryDirectory(prefix="browsergrid-bench-") as folder:
        environment = {
            **os.environ,
            "BROWSERGRID_PORT": str(port),
            "BROWSERGRID_DATA_DIR": folder,
            "BROWSERGRID_STATIC_TOKENS": f"{grid.token}=bench@example.com",
        }
        log = Path(folder) / "up.log"
        command = [sys.executable, "manage.py", "up"]
        with log.open("w") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_until_ready(grid, process, log)
            yield grid
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(grid: Grid, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{grid.url}/readyz", timeout=5, trust_env=False).status_code == 200:
                return
        time.sleep(0.25)
    raise MissingProgramError(f"`manage.py up` did not become ready; the end of its output:\n{log.read_text()[-3000:]}")
