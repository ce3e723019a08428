"""What tenants' pages and clients reach from real browsers of the whole product: 0 of what is not theirs."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from tests.browser_node.test_isolation import PROBE, own_addresses
from tests.journeys.reach import LOOPBACK, expect_metadata_and_private_addresses_closed, first_page, visit
from tests.support import site as sites
from tests.support.canary import Canary
from tests.support.product import Product

pytestmark = [pytest.mark.browser]
ANN, BEN = "ann@example.org", "ben@example.org"

# A worker of the page's own origin, which asks in its stead.
WORKER = """
self.addEventListener('install', event => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('message', event => event.waitUntil((async () => {
  const word = await fetch(event.data, {mode: 'no-cors'}).then(() => 'came', () => 'failed');
  event.source.postMessage(word);
})()));
"""
ASK_WORKER = """
async url => {
  await navigator.serviceWorker.register('/worker.js');
  const worker = (await navigator.serviceWorker.ready).active;
  const answer = new Promise(done => navigator.serviceWorker.addEventListener('message', e => done(e.data)));
  worker.postMessage(url);
  return answer;
}
"""

Connect = Callable[..., Browser]


@pytest.fixture
def connect(connect: Callable[[str], Browser]) -> Connect:
    """`connect(product, email)`: on a session of that person's own."""
    return lambda product, email=ANN: connect(f"{product.url}/connect?token={product.tokens[email]}")


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    with Canary("0.0.0.0") as listening:
        yield listening


def test_a_page_reaches_no_service_of_this_machine_by_any_spelling(
    running_product: Product, connect: Connect, canary: Canary
) -> None:
    canary.hits.clear()
    page = first_page(connect(running_product))
    hosts = (*LOOPBACK, *own_addresses())
    tries = [(host, port) for port in (canary.port, running_product.port) for host in hosts]
    tries += [(host, port) for port in (9222, 3128) for host in ("127.0.0.1", "localhost", "[::1]")]
    for host, port in tries:
        status, text = visit(page, f"http://{host}:{port}/json/version")
        assert status in {0, 403, 502}, (host, port, text)
        assert "canary" not in text
        assert "webSocketDebuggerUrl" not in text
    assert canary.hits == []


def test_a_page_reaches_no_service_of_this_machine_by_any_means(
    running_product: Product, connect: Connect, canary: Canary
) -> None:
    """fetch, TLS, WebSocket, iframe, image, beacon, prefetch, WebRTC."""
    canary.hits.clear()
    page = first_page(connect(running_product))
    page.goto(running_product.site.url)
    hosts = ["127.0.0.1", "2130706433", "0.0.0.0", "localhost", "any.localhost", "[::1]", *own_addresses()]
    assert page.evaluate(f"{PROBE}({json.dumps(hosts)}, {canary.port})") == []
    assert canary.hits == []


def test_a_page_that_is_allowed_leads_no_further(running_product: Product, connect: Connect, canary: Canary) -> None:
    """A redirect, a refresh, a script, a frame, a worker of the allowed page, and a URL of its own making."""
    canary.hits.clear()
    target = f"http://127.0.0.1:{canary.port}/"
    site = running_product.site
    refresh, script = f"<meta http-equiv=refresh content='0;url={target}'>", f"<script>location={target!r}</script>"
    site.pages |= {
        "/redirect": sites.Page(location=target),
        "/refresh": sites.Page(refresh.encode()),
        "/script": sites.Page(script.encode()),
        "/frame": sites.Page(f"<iframe src={target}></iframe><img src={target}><object data={target}>".encode()),
        "/worker.js": sites.Page(WORKER.encode(), "text/javascript"),
    }
    page = first_page(connect(running_product))
    assert visit(page, f"{site.url}/redirect")[0] == 403
    for path in ("/refresh", "/script"):
        with page.expect_navigation(url=target, wait_until="commit") as led:
            page.goto(f"{site.url}{path}", wait_until="commit")
        assert led.value.status == 403
    page.goto(f"{site.url}/frame", wait_until="load")
    page.goto(f"{site.url}/other")
    page.evaluate(ASK_WORKER, target)
    with contextlib.suppress(Error):
        page.goto(f"view-source:{target}", timeout=5_000)
    page.goto(f"data:text/html,<iframe src={target}></iframe>", wait_until="load")
    assert canary.hits == []


def test_metadata_and_private_addresses_are_closed(running_product: Product, connect: Connect) -> None:
    expect_metadata_and_private_addresses_closed(first_page(connect(running_product)))


def test_no_file_of_the_installation_can_be_read(running_product: Product, connect: Connect) -> None:
    browser = connect(running_product)
    page = first_page(browser)
    data = running_product.data_dir
    key = (data / "secrets" / "key_ring").read_text()
    files = [data / "db.sqlite3", data / "secrets" / "key_ring", data / "run" / "node.sock", Path("/etc/passwd")]
    for path in (*files, data, data / "secrets", Path("/root"), Path(__file__), Path("/proc/1/environ")):
        for prefix in ("file://", "view-source:file://"):
            _, text = visit(page, f"{prefix}{path}")
            assert "SQLite" not in text
            assert key not in text
            assert "root:" not in text
            assert "BROWSERGRID" not in text
            assert "key_ring" not in text.replace(str(path), "")
    page = browser.contexts[0].new_page()
    for path in files:  # a client may name any path: it is looked up where the browser lives
        page.set_content("<input type=file>")
        client = page.context.new_cdp_session(page)
        root = client.send("DOM.getDocument")["root"]["nodeId"]
        node = client.send("DOM.querySelector", {"nodeId": root, "selector": "input"})["nodeId"]
        with contextlib.suppress(Error):
            client.send("DOM.setFileInputFiles", {"nodeId": node, "files": [str(path)]})
        read = "Promise.all([...document.querySelector('input').files].map(f => f.text().catch(() => '')))"
        assert "".join(page.evaluate(read)) == "", path
    browser.new_browser_cdp_session().send(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(data / "stolen")}
    )
    page.goto(running_product.site.url)
    page.evaluate("document.querySelector('#download').click()")
    visit(page, f"{running_product.site.url}/other")
    assert not (data / "stolen").exists()


def test_a_tenant_finds_nothing_of_another(running_product: Product, connect: Connect) -> None:
    mine, theirs = connect(running_product, ANN), connect(running_product, BEN)
    page, other = first_page(mine), first_page(theirs)
    other.goto(f"{running_product.site.url}/other")
    other.evaluate(
        "localStorage.setItem('canary', 'of Ben'); document.cookie = 'canary=of-ben'; document.title = 'Ben'"
    )
    targets = mine.new_browser_cdp_session().send("Target.getTargets")["targetInfos"]
    assert [target["url"] for target in targets if target["type"] == "page"] == ["about:blank"]
    their_targets = theirs.new_browser_cdp_session().send("Target.getTargets")["targetInfos"]
    assert not {target["targetId"] for target in targets} & {target["targetId"] for target in their_targets}
    client = mine.new_browser_cdp_session()
    for target in their_targets:
        with pytest.raises(Error, match="No target with given id"):
            client.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": True})
    page.goto(f"{running_product.site.url}/other")
    assert page.evaluate("[localStorage.getItem('canary'), document.cookie, document.title]") == [None, "", "Other"]
    _, processes = visit(page, "file:///proc/")
    seen = {int(word.split("/")[0]) for word in processes.split() if word.split("/")[0].isdigit()}
    assert len(seen) < len(running_product.chromium_pids())
    for folder in ("/tmp/", "/home/", "/home/browser/", "/dev/shm/"):
        _, text = visit(page, f"file://{folder}")
        assert str(running_product.data_dir) not in text


def test_every_renderer_is_in_chromiums_own_sandbox_within_ours(running_product: Product, connect: Connect) -> None:
    page = first_page(connect(running_product))
    page.goto(running_product.site.url)
    renderers = []
    for pid in running_product.chromium_pids():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").split(b" ")
            assert b"--no-sandbox" not in words
            if b"--type=renderer" in words:
                renderers.append(Path(f"/proc/{pid}/status").read_text())
    assert renderers
    for status in renderers:
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert fields["Seccomp"] == "2"
        assert len(fields["NSpid"].split()) >= 3  # the machine's, ours, Chromium's own
        assert fields["Uid"].split()[0] != "0"
