"""The DOM recorder in real Chromium: every document of a visit, and none of them the wiser."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from browser_node.wire import LaunchSpec
from browser_node.wire_capture import CaptureWish, Stream
from tests.browser_node.capture.kept import events, keep, lines, wait_for_text
from tests.support.cdp import Cdp
from tests.support.eventually import eventually
from tests.support.node import RunningNode, launch_spec
from tests.support.site import Page, Site, running_site

pytestmark = pytest.mark.browser

Start = Callable[..., LaunchSpec]

STRICT = "<!doctype html><meta http-equiv=Content-Security-Policy content=\"default-src 'none'\"><p>strict page"


@pytest.fixture
def site():
    with running_site() as running:
        yield running


@pytest.fixture
def elsewhere():
    """Another origin, in a process of its own for Chromium: a site by address, not by name."""
    with running_site() as running:
        yield running


def allowed(*sites: Site) -> tuple[str, ...]:
    return tuple(f"{host}:{site.port}" for site in sites for host in ("localhost", "127.0.0.1"))


async def test_a_visit_is_recorded_across_navigations_policies_frames_and_windows(
    node: RunningNode, start: Start, site: Site, elsewhere: Site
) -> None:
    far = f"http://127.0.0.1:{elsewhere.port}"
    site.pages |= {
        "/one": Page(
            b"<!doctype html><title>One</title><p>first page<script>setTimeout(() => "
            b"document.body.append('added later'), 100)</script>"
        ),
        "/strict": Page(STRICT.encode()),
        "/frames": Page(f"<!doctype html><p>outer page<iframe src=/inner></iframe><iframe src={far}/deep>".encode()),
        "/inner": Page(b"<p>same origin frame"),
        "/window": Page(b"<!doctype html><p>opens<script>onclick = () => open('/opened')</script>"),
        "/opened": Page(b"<!doctype html><p>popup page"),
    }
    elsewhere.pages |= {
        "/deep": Page(f"<p>cross origin frame<iframe src=http://localhost:{site.port}/deepest>".encode()),
    }
    site.pages["/deepest"] = Page(b"<p>frame in a frame")
    spec = start(allow=allowed(site, elsewhere))
    keep(node, spec, dom=True)
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        for path, text in (("/one", "added later"), ("/strict", "strict page"), ("/frames", "frame in a frame")):
            await cdp.goto(page, site.url + path)
            wait_for_text(node, spec, text)
        await cdp.goto(page, site.url + "/window")
        click = {"x": 50, "y": 50, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            await cdp.send("Input.dispatchMouseEvent", page, type=kind, **click)
        wait_for_text(node, spec, "popup page")
        pages = [target["targetId"] for target in await cdp.pages()]
    told = [json.dumps(events(node, spec, target)) for target in pages]
    assert len(told) == 2
    main = next(text for text in told if "first page" in text)
    for text in ("first page", "added later", "strict page", "outer page", "same origin frame", "cross origin frame"):
        assert text in main
    assert "popup page" not in main
    assert all(_is_connected(events(node, spec, target)) for target in pages)


async def test_frames_of_others_are_joined_to_their_page_and_no_script_of_it_hears_of_them(
    node: RunningNode, start: Start, site: Site, elsewhere: Site
) -> None:
    site.pages["/"] = Page(
        b"<!doctype html><script>heard = []; addEventListener('message', (e) => heard.push(e.data))</script>"
        + f"<iframe src=http://127.0.0.1:{elsewhere.port}/deep>".encode()
    )
    elsewhere.pages["/deep"] = Page(b"<p>not for the embedder")
    spec = start(allow=allowed(site, elsewhere))
    keep(node, spec, dom=True)
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.goto(page, site.url + "/")
        wait_for_text(node, spec, "not for the embedder")
        assert await cdp.evaluate(page, "heard.length") == 0


async def test_the_page_sees_nothing_of_the_recorder(node: RunningNode, start: Start, site: Site) -> None:
    spec = start(allow=allowed(site))
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        names = "Object.getOwnPropertyNames(window).sort().join() + ' ' + changes"
        site.pages["/other"] = Page(
            b"<!doctype html><body>other<script>changes = 0; new MutationObserver(() => changes++)"
            b".observe(document, { childList: true, subtree: true, attributes: true })</script>"
        )
        await cdp.goto(page, site.url + "/other")
        before = await cdp.evaluate(page, names)
        keep(node, spec, dom=True, logs=True)
        await cdp.goto(page, site.url + "/other")
        wait_for_text(node, spec, "other")
        assert await cdp.evaluate(page, names) == before


async def test_what_is_open_when_recording_begins_is_recorded_and_nothing_after_its_end(
    node: RunningNode, start: Start, site: Site
) -> None:
    spec = start(allow=allowed(site))
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.goto(page, site.url + "/other")
        for text in ("first time", "second time"):
            await cdp.evaluate(page, f"document.body.append({text!r})")
            keep(node, spec, dom=True)
            wait_for_text(node, spec, text)
            keep(node, spec)
            count = len(events(node, spec))
            await cdp.evaluate(page, "document.body.append('in between')")
            keep(node, spec)
            assert len(events(node, spec)) == count
    states = [(mark["stream"], mark["state"]) for mark in lines(node, spec, Stream.MARK)]
    assert states == [("dom", "started"), ("dom", "stopped")] * 2
    assert [segment.is_last for segment in node.client.segments(spec.instance_id, "")][-1]


async def test_rules_that_scripts_add_to_style_sheets_are_recorded(node: RunningNode, start: Start, site: Site) -> None:
    site.pages["/"] = Page(
        b"<!doctype html><style id=s></style><p>x"
        b"<script>setTimeout(() => s.sheet.insertRule('p { color: #010203 }'), 300)</script>"
    )
    spec = start(allow=allowed(site))
    keep(node, spec, dom=True)
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), site.url + "/")
        wait_for_text(node, spec, "rgb(1, 2, 3)")


async def test_what_is_blocked_is_left_blank(node: RunningNode, start: Start, site: Site) -> None:
    site.pages["/"] = Page(b"<!doctype html><p>shown<div class=hidden>not shown</div>")
    spec = start(allow=allowed(site))
    keep(node, spec, dom=True, block=(".hidden", "]no selector["))
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), site.url + "/")
        wait_for_text(node, spec, "shown")
    assert "not shown" not in json.dumps(events(node, spec))


def test_without_the_built_recorder_the_wish_is_refused_and_says_what_builds_it(tmp_path: Path) -> None:
    environment = {"BROWSERGRID_NODE_RECORDER": str(tmp_path / "missing.js")}
    with RunningNode(tmp_path, environment=environment) as node:
        spec = replace(launch_spec(), capture=CaptureWish(dom=True, logs=True))
        node.run_browser(spec)
        state = eventually(lambda: node.client.capture_state(spec.instance_id, ""), what="the state")
        assert set(state.refused) == {"dom"}
        assert "./setup.sh" in state.refused["dom"]
        assert lines(node, spec, Stream.PAGE) == [] or lines(node, spec, Stream.PAGE)[0]["kind"] == "opened"


def _is_connected(found: list[dict[str, Any]]) -> bool:
    """Whether everything that is added has a parent that was there, as a player needs it."""
    known: set[int] = set()

    def learn(node: dict[str, Any]) -> None:
        known.add(node["id"])
        for child in node.get("childNodes", ()):
            learn(child)

    for event in found:
        if event["type"] == 2:
            known.clear()
            learn(event["data"]["node"])
        elif event["type"] == 3 and event["data"]["source"] == 0:
            for added in event["data"]["adds"]:
                if added["parentId"] not in known:
                    return False
                learn(added["node"])
    return bool(known)
