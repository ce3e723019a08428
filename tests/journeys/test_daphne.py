"""The product under daphne, which cannot splice: the gateway relays whole messages, and clients notice nothing.

The command line is that of docs/how-to/serve-with-daphne.md.
"""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync import client

from tests.support.eventually import eventually
from tests.support.product import ROOT, Product

pytestmark = [pytest.mark.browser]

LARGEST = str(256 * 1024 * 1024)  # what Chromium sends at most; daphne's own caps are 1 MiB
MEGABYTE = 1_000_000
DAPHNE_SECONDS = 5  # that it gives a WebSocket to open, of itself

# Noise does not compress: a picture of it is as large as its pixels.
NOISE = """
() => {
  const canvas = document.createElement('canvas');
  canvas.width = innerWidth; canvas.height = innerHeight;
  const pen = canvas.getContext('2d'), picture = pen.createImageData(canvas.width, canvas.height);
  for (let at = 0; at < picture.data.length; at += 65536)
    crypto.getRandomValues(picture.data.subarray(at, Math.min(at + 65536, picture.data.length)));
  for (let at = 3; at < picture.data.length; at += 4) picture.data[at] = 255;
  pen.putImageData(picture, 0, 0);
  document.body.replaceChildren(canvas); document.body.style.margin = 0;
}
"""


@pytest.fixture(scope="module")
def daphne(running_product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a second web process of that installation."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    limits = [
        "--websocket_connect_timeout",
        "3600",
        "--websocket-max-message-size",
        LARGEST,
        "--websocket-max-frame-size",
        LARGEST,
    ]
    log = tmp_path_factory.mktemp("daphne") / "log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*command, *limits, "browsergrid.asgi:application"],
            cwd=ROOT,
            env=running_product.environment,
            stdout=sink,
            stderr=sink,
        )

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return httpx.get(f"http://localhost:{port}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    try:
        eventually(answers, within=30, what="daphne")
        yield f"localhost:{port}"
        assert "Traceback" not in log.read_text()
        assert running_product.token not in log.read_text()
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.alone
@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_playwright_runs_the_snippet_through_daphne(
    running_product: Product, daphne: str, connect, scheme: str
) -> None:
    browser = connect(f"{scheme}://{daphne}/connect?token={running_product.token}&metadata.test=daphne-{scheme}")
    page = browser.contexts[0].pages[0]
    page.goto(running_product.site.url)
    assert page.title() == "Home"
    (session,) = running_product.sessions(**{"metadata.test": f"daphne-{scheme}"})
    assert session["state"] == "running"
    browser.close()
    path = f"/sessions/{session['id']}"
    eventually(lambda: running_product.api("GET", path).json()["end_reason"] == "client_disconnected", within=2.0)


def test_large_messages_pass_through_daphne_both_ways(running_product: Product, daphne: str, connect) -> None:
    viewport = "viewport=1600x1000"
    browser = connect(f"ws://{daphne}/connect?token={running_product.token}&{viewport}")
    page = browser.contexts[0].pages[0]
    assert len(page.evaluate("'x'.repeat(20 * 1000 * 1000)")) == 20 * MEGABYTE
    assert page.evaluate("text => text.length", "y" * 2 * MEGABYTE) == 2 * MEGABYTE
    page.evaluate(NOISE)
    assert len(page.screenshot()) > 4.5 * MEGABYTE


def test_who_waits_in_a_queue_for_longer_than_daphne_likes_is_not_cut_off(
    running_product: Product, daphne: str
) -> None:
    full = {"name": "full", "min": 0, "max": 1, "max_concurrency": 1, "queue_timeout_seconds": DAPHNE_SECONDS + 2}
    pool = running_product.api("POST", "/pools", json=full).json()["id"]
    held = running_product.api("POST", "/sessions?wait=30", json={"pool": pool, "keep_alive": True}).json()["id"]
    with pytest.raises(InvalidStatus) as refused:
        client.connect(f"ws://{daphne}/connect?token={running_product.token}&pool={pool}", open_timeout=30, proxy=None)
    assert refused.value.response.status_code == 403  # daphne knows no other refusal of a WebSocket
    running_product.api("DELETE", f"/sessions/{held}")
    running_product.api("DELETE", f"/pools/{pool}")


def test_refusals_are_told_before_the_upgrade_through_daphne_too(running_product: Product, daphne: str) -> None:
    told = httpx.get(f"http://{daphne}/connect/json/version?token=wrong", trust_env=False)
    assert (told.status_code, told.json()["code"]) == (401, "invalid_credential")
    version = httpx.get(
        f"http://{daphne}/connect/json/version?token={running_product.token}", timeout=30, trust_env=False
    )
    assert re.match(f"ws://{daphne}/sessions/ses_", version.json()["webSocketDebuggerUrl"])
    running_product.api("DELETE", f"/sessions/{version.json()['sessionId']}")
