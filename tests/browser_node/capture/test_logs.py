"""Console, network, commands, pages, inputs, marks and crashes of a real browser, as lines of their streams."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from browser_node.wire import LaunchSpec
from browser_node.wire_capture import Stream
from tests.browser_node.capture.kept import keep, lines
from tests.support.cdp import Cdp
from tests.support.eventually import eventually
from tests.support.node import RunningNode
from tests.support.site import Page, Site, running_site

pytestmark = pytest.mark.browser

Start = Callable[..., LaunchSpec]


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


def wait_for(node: RunningNode, spec: LaunchSpec, stream: Stream, **wanted: Any) -> dict[str, Any]:
    """The first line of that stream which says so."""
    there: list[dict[str, Any]] = []

    def look() -> dict[str, Any] | None:
        there[:] = lines(node, spec, stream)
        return next((line for line in there if wanted.items() <= line.items()), None)

    found = eventually(look, within=15, what=lambda: f"{wanted} in {stream}, which holds {there},")
    assert found is not None
    return found


def logged(start: Start, node: RunningNode, site: Site) -> LaunchSpec:
    spec = start(allow=(f"localhost:{site.port}",))
    keep(node, spec, logs=True)
    return spec


async def test_console_calls_exceptions_and_complaints_are_kept(node: RunningNode, start: Start, site: Site) -> None:
    site.pages["/"] = Page(
        b"<!doctype html><script>console.log('hello', 1, true, null, {a: 1}, [1, 2]); console.warn('careful');"
        b"\nsetTimeout(() => { throw new Error('broken') })</script><img src=http://127.0.0.1:9/nothing>"
    )
    spec = logged(start, node, site)
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), site.url + "/")
    said = wait_for(node, spec, Stream.CONSOLE, text="hello 1 true null {a: 1} [1, 2]")
    assert (said["level"], said["url"], said["line"]) == ("info", site.url + "/", 1)
    assert wait_for(node, spec, Stream.CONSOLE, text="careful")["level"] == "warning"
    thrown = next(line for line in lines(node, spec, Stream.CONSOLE) if "broken" in line["text"])
    assert (thrown["level"], thrown["line"]) == ("error", 2)
    assert any("Failed to load resource" in line["text"] for line in lines(node, spec, Stream.CONSOLE))


async def test_requests_are_kept_with_their_times_and_without_secrets(
    node: RunningNode, start: Start, site: Site
) -> None:
    site.pages["/from?token=abc&page=2"] = Page(location="/other")
    spec = logged(start, node, site)
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.goto(page, site.url + "/from?token=abc&page=2")
        await cdp.evaluate(page, "fetch('http://127.0.0.1:9/closed').catch(() => 0)")
    first = wait_for(node, spec, Stream.NETWORK, status=302)
    assert first["url"] == site.url + "/from?token=REDACTED&page=2"
    second = wait_for(node, spec, Stream.NETWORK, url=site.url + "/other")
    assert second["id"] == first["id"] + "#1"
    assert (second["status"], second["type"], second["mime"]) == (200, "Document", "text/html")
    assert (second["method"], second["body_bytes"], second["error"]) == (
        "GET",
        len(b"<!doctype html><title>Other</title>other"),
        "",
    )
    assert first["t"] <= first["end"] <= second["t"] <= second["end"] <= first["t"] + 15_000
    assert second["bytes"] > second["body_bytes"]
    assert second["timing"]["receiveHeadersEnd"] > 0
    assert ["Content-Type", "text/html"] in second["response_headers"]
    failed = wait_for(node, spec, Stream.NETWORK, url="http://127.0.0.1:9/closed")
    assert failed["error"]


async def test_commands_are_kept_with_how_long_they_took_and_what_was_refused(
    node: RunningNode, start: Start, site: Site
) -> None:
    spec = logged(start, node, site)
    async with await Cdp.connect(node, spec, connection="con_one") as cdp:
        page = await cdp.page()
        await cdp.evaluate(page, "new Promise((done) => setTimeout(done, 150))")
        await cdp.ask("Page.navigate", page, url="::")
        await cdp.ask("Runtime.evaluate", page, expression=f"'{'x' * 100_000}'.length")
        await cdp.ask("BrowserGrid.nothing")
    slow = wait_for(node, spec, Stream.COMMAND, method="Runtime.evaluate")
    assert slow["connection"] == "con_one"
    assert 140 <= slow["ms"] <= 5000
    assert wait_for(node, spec, Stream.COMMAND, method="Page.navigate")["error"] == "Cannot navigate to invalid URL"
    ours = wait_for(node, spec, Stream.COMMAND, method="BrowserGrid.nothing")
    assert ours["error"]
    told = [line["method"] for line in lines(node, spec, Stream.COMMAND)]
    assert told.count("Runtime.evaluate") == 2  # the long one, too
    assert "xxx" not in str(lines(node, spec, Stream.COMMAND))


async def test_pages_are_kept_as_they_open_move_and_close(node: RunningNode, start: Start, site: Site) -> None:
    site.pages["/a"] = Page(b"<!doctype html><title>First</title>")
    spec = logged(start, node, site)
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.goto(page, site.url + "/a")
        await cdp.evaluate(page, "history.pushState({}, '', '/b?session=secret')")
        wait_for(node, spec, Stream.PAGE, kind="title", title="First")
        target = (await cdp.send("Target.createTarget", url=site.url + "/other"))["targetId"]
        for kind, title in (("navigated", ""), ("title", "Other")):
            wait_for(node, spec, Stream.PAGE, page=target, kind=kind, title=title)
        await cdp.send("Target.closeTarget", targetId=target)
        wait_for(node, spec, Stream.PAGE, page=target, kind="closed")
    kept = lines(node, spec, Stream.PAGE)
    assert sorted(line["kind"] for line in kept if line["page"] == target) == ["closed", "navigated", "opened", "title"]
    first = [line for line in kept if line["page"] != target]
    visited = [line["url"] for line in first if line["kind"] == "navigated"]
    assert visited == [site.url + "/a", site.url + "/b?session=REDACTED"]


async def test_a_title_that_a_script_sets_late_is_kept(node: RunningNode, start: Start, site: Site) -> None:
    site.pages["/"] = Page(b"<!doctype html><script>setTimeout(() => { document.title = 'Late' }, 1500)</script>")
    spec = logged(start, node, site)
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), site.url + "/")
        wait_for(node, spec, Stream.PAGE, kind="title", title="Late")


async def test_inputs_are_kept_with_their_place_and_never_their_letters(
    node: RunningNode, start: Start, site: Site
) -> None:
    spec = logged(start, node, site)
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.goto(page, site.url + "/")
        other = (await cdp.send("Target.createTarget", url="about:blank"))["targetId"]
        click = {"x": 12, "y": 34, "button": "left", "clickCount": 1}
        await cdp.send("Input.dispatchMouseEvent", page, type="mousePressed", **click)
        await cdp.send("Input.dispatchKeyEvent", page, type="keyDown", key="q", text="q")
        await cdp.send("Input.dispatchKeyEvent", page, type="keyDown", key="Enter", text="\r")
        await cdp.send("Input.insertText", page, text="canary")
    pressed = wait_for(node, spec, Stream.INPUT, method="Input.dispatchMouseEvent")
    assert pressed["by"] == "client"
    assert pressed["page"] != other
    assert (pressed["params"]["x"], pressed["params"]["y"]) == (12, 34)
    assert (pressed["w"], pressed["h"]) == (1280, 720)
    wait_for(node, spec, Stream.INPUT, method="Input.insertText", params={})
    keys = [line["params"]["key"] for line in lines(node, spec, Stream.INPUT) if "key" in line["params"]]
    assert keys == ["character", "Enter"]


async def test_marks_crashes_of_pages_and_of_the_browser_are_kept(node: RunningNode, start: Start, site: Site) -> None:
    spec = logged(start, node, site)
    node.client.mark(spec.instance_id, spec.credential, "chapter one")
    wait_for(node, spec, Stream.MARK, kind="mark", label="chapter one")
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await cdp.ask("Page.crash", page)
        wait_for(node, spec, Stream.CRASH, reason="page_crashed")
        await cdp.socket.send('{"id": 9999, "method": "Browser.crash"}')
        wait_for(node, spec, Stream.CRASH, reason="browser_crashed")
