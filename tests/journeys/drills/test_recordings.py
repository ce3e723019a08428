"""What a real visit leaves behind: film, events, logs, archive, files; and what is left when its node is killed."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from apps.core.identifiers import decode
from tests.recordings.pictures import looked_into
from tests.support.eventually import eventually
from tests.support.product import Product
from tests.support.site import FILE
from tests.support.site import Page as SitePage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
CLIENTS = Path(__file__).resolve().parents[2] / "clients"
CANARY = "canary-7c1f0a"
KINDS = ("text", "password", "search", "email", "tel", "url", "area", "editable")
FORM = b"""<!doctype html><title>Form</title><form>
<input id=text><input id=password type=password><input id=search type=search><input id=email type=email>
<input id=tel type=tel><input id=url type=url><textarea id=area></textarea></form>
<div id=editable contenteditable data-private></div>"""
FLICKER = """() => new Promise((done) => {
  let n = 0;
  const timer = setInterval(() => {
    document.body.style.background = n % 2 ? "#fff" : "#08f";
    if (++n > 20) { clearInterval(timer); done(); }
  }, 150);
})"""
ENDED = {"completed", "timed_out", "error"}
KEPT_SECONDS = 15.0  # no more than these are lost with a node


@dataclass
class Visit:
    """A session that was recorded, as it is afterwards."""

    id: str
    wall_seconds: float
    release_seconds: float
    recording: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/sessions/{self.id}"


def recorded(product: Product, visit: Callable[[Page], None], **options: str) -> Visit:
    """Driven by Playwright, with all there is recorded, until it is released and everything is stored."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(product.connect_url(keep_alive="true", **options))
        began = time.monotonic()
        newest = product.sessions(state="running")[0]["id"]
        visit(browser.contexts[0].pages[0])
        wall = time.monotonic() - began
        asked = time.monotonic()
        product.api("DELETE", f"/sessions/{newest}")
        wait_ended(product, newest)
        took = time.monotonic() - asked
        browser.close()
    return Visit(newest, wall, took, wait_stored(product, newest))


def wait_ended(product: Product, session: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = product.api("GET", f"/sessions/{session}").json()
        return found if found["state"] in ENDED else None

    return eventually(ended, within=60, what="the session's end") or {}


def wait_stored(product: Product, session: str) -> dict[str, Any]:
    said: list[Any] = []

    def stored() -> dict[str, Any] | None:
        rows = product.api("GET", f"/sessions/{session}/recordings").json()["results"]
        said[:] = [(row["kind"], row["state"], row["error"]) for row in rows]
        return next((row for row in rows if row["kind"] != "logs" and row["state"] in {"stored", "failed"}), None)

    found = eventually(stored, within=120, what=lambda: f"a stored recording; {said}")
    assert found is not None
    assert found["state"] == "stored", found
    return found


def look_around(product: Product) -> Callable[[Page], None]:
    def visit(page: Page) -> None:
        product.site.pages["/form"] = SitePage(FORM)
        page.goto(f"{product.site.url}/form")
        for kind in KINDS:
            page.type(f"#{kind}", CANARY)
        page.goto(product.site.url)
        page.evaluate("() => { console.error('a word of the page'); window.scrollTo(0, 10) }")
        page.click("#download")
        page.goto(f"{product.site.url}/other")
        page.evaluate("() => fetch('/missing?token=canary-in-a-query')")
        page.evaluate(FLICKER)

    return visit


@pytest.fixture(scope="module")
def visit(drilled_product: Product) -> Visit:
    return recorded(drilled_product, look_around(drilled_product), record="all")


def content(product: Product, visit: Visit, name: str) -> bytes:
    return product.api("GET", f"{visit.path}/recordings/{visit.recording['id']}/{name}").content


def logs(product: Product, visit: Visit, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    answer = product.api("GET", f"{visit.path}/logs", params={"limit": "200", **query}).json()
    while True:
        found += answer["results"]
        if not answer["next"]:
            return found
        answer = product.api(
            "GET", f"{visit.path}/logs", params={"limit": "200", **query, "after": answer["place"]}
        ).json()


def test_the_film_is_as_long_as_the_recording_and_opens(drilled_product: Product, visit: Visit):
    film = looked_into(content(drilled_product, visit, "video.webm"))
    seconds = visit.recording["duration_seconds"]
    assert film.times[-1] == pytest.approx(seconds, rel=0.02, abs=0.034)
    assert seconds >= visit.wall_seconds
    assert (film.codec, film.width, film.height) == ("vp9", 1280, 720)
    assert len(film.times) > 10


def test_the_events_hold_what_the_pages_said(drilled_product: Product, visit: Visit):
    index = json.loads(content(drilled_product, visit, "dom.json"))["pages"]
    events = json.loads(content(drilled_product, visit, f"dom/{index[0]['number']}.json"))
    assert {4, 2} <= {event["type"] for event in events}
    text = json.dumps(events)
    assert "Home" in text
    assert "other" in text
    assert all(0 <= event["timestamp"] <= visit.recording["duration_seconds"] * 1000 + 1000 for event in events)


def test_the_logs_tell_console_network_commands_and_pages(drilled_product: Product, visit: Visit):
    found = logs(drilled_product, visit)
    streams = {line["stream"] for line in found}
    assert {"console", "network", "command", "page", "download"} <= streams
    assert [line["data"]["text"] for line in logs(drilled_product, visit, q="a word of the page", stream="console")]
    assert any(line["data"]["method"] == "Page.navigate" for line in found if line["stream"] == "command")
    assert any(line["data"].get("status") == 200 for line in found if line["stream"] == "network")


def test_the_archive_passes_a_public_validator(drilled_product: Product, visit: Visit, tmp_path: Path):
    path = tmp_path / "session.har"
    path.write_bytes(drilled_product.api("GET", f"{visit.path}/har").content)
    node = shutil.which("node", path=f".venv/node:{os.environ['PATH']}")
    told = subprocess.run(
        [str(node), str(CLIENTS / "har.mjs"), str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert told.stdout.strip() == "valid", told.stdout[:2000] + told.stderr[:2000]
    urls = [entry["request"]["url"] for entry in json.loads(path.read_bytes())["log"]["entries"]]
    assert f"{drilled_product.site.url}/other" in urls


def test_the_download_is_kept_and_told(drilled_product: Product, visit: Visit):
    files = drilled_product.api("GET", f"{visit.path}/files").json()["results"]
    assert [(file["name"], file["bytes"]) for file in files] == [("numbers.txt", len(FILE))]
    assert drilled_product.api("GET", f"{visit.path}/files/{files[0]['id']}").content == FILE
    events = drilled_product.api("GET", f"{visit.path}/events").json()["results"]
    assert "file.downloaded" in [event["type"] for event in events]


def test_what_was_typed_stands_in_no_stored_byte(drilled_product: Product, visit: Visit):
    folder = drilled_product.data_dir / "recordings"
    stored = [path for path in folder.rglob("*") if path.is_file() and visit_key(visit) in str(path)]
    assert stored
    for path in stored:
        data = path.read_bytes()
        with suppress(OSError, EOFError, zlib.error):
            data += gzip.decompress(data)
        assert CANARY.encode() not in data, path
        assert b"canary-in-a-query" not in data, path


def visit_key(visit: Visit) -> str:
    return str(decode("ses", visit.id))


@pytest.mark.alone
def test_a_killed_node_takes_no_more_than_fifteen_seconds_along(drilled_product: Product):
    drilled_product.wait_until_warm()
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.connect_over_cdp(
            drilled_product.connect_url(keep_alive="true", record="all")
        )
        session = drilled_product.sessions(state="running")[0]["id"]
        page = browser.contexts[0].pages[0]
        page.goto(drilled_product.site.url)
        page.evaluate("() => { setInterval(() => { document.title = Date.now(); document.body.append('x') }, 200) }")
        page.wait_for_timeout(20_000)  # the time that is partly lost is what is measured
        node = drilled_product.part("browser_node")
        killed_at = time.time()
        os.kill(node, signal.SIGKILL)
    ended = wait_ended(drilled_product, session)
    assert ended["end_reason"] == "node_lost"
    row = wait_stored(drilled_product, session)
    visit = Visit(session, 0, 0, row)
    events = json.loads(content(drilled_product, visit, "dom/1.json"))
    began = time.mktime(time.strptime(row["started_at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
    lost = killed_at - (began + events[-1]["timestamp"] / 1000)
    film = looked_into(content(drilled_product, visit, "video.webm"))
    assert lost <= KEPT_SECONDS
    assert film.times[-1] == pytest.approx(row["duration_seconds"], rel=0.02, abs=0.034)
    drilled_product.wait_until_warm()
