"""The pages of one browser as its DevTools server tells of them, with a server that does what the test says."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from browser_node import pages as pages_module
from browser_node.devtools import Devtools, DevtoolsError, OnEvent
from browser_node.page import Chooser, Dialog, Page, Watcher
from browser_node.pages import Pages
from browser_node.tabs import Tabs
from tests.support.eventually import eventually_async

BLANK = {"id": "a", "url": "about:blank", "loaderId": "blank"}


class FakeDevtools:
    """Answers everything but two questions with nothing, and remembers it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.frame = BLANK  # that it shows
        self.tell: OnEvent = lambda *_: None
        self.is_closed = False
        self._end = asyncio.Event()

    def listen(self, callback: OnEvent) -> Callable[[], None]:
        self.tell = callback
        return lambda: None

    async def send(
        self, method: str, params: Any = None, *, session: str = "", seconds: float = 10.0
    ) -> dict[str, Any]:
        if self._end.is_set():
            raise DevtoolsError("gone")
        self.sent.append((method, session))
        match method:
            case "Target.getTargetInfo":
                return {"targetInfo": {"title": params["targetId"]}}
            case "Page.getFrameTree":
                return {"frameTree": {"frame": self.frame}}
        return {}

    async def wait_closed(self) -> None:
        await self._end.wait()

    async def close(self) -> None:
        self._end.set()

    def detach(self, target: str) -> None:
        self.tell("Target.detachedFromTarget", {"sessionId": f"s-{target}"}, "")

    def attach(self, target: str, *, waits: bool = False, parent: str = "", kind: str = "page") -> None:
        info = {"targetId": target, "type": kind, "url": f"https://{target}/", "title": target}
        params = {"sessionId": f"s-{target}", "targetInfo": info, "waitingForDebugger": waits}
        self.tell("Target.attachedToTarget", params, parent)

    def navigate(self, target: str, url: str, *, parent: str | None = None) -> None:
        frame = {"id": target, "url": url, "loaderId": url} | ({"parentId": parent} if parent else {})
        self.tell("Page.frameNavigated", {"frame": frame}, f"s-{target}")


class Told(Watcher):
    def __init__(self, *, wants_frames: bool = False, slow: float = 0.0) -> None:
        self.wants_frames = wants_frames
        self.slow = slow
        self.heard: list[tuple[str, ...]] = []
        self.changes = 0

    async def attached(self, page: Page) -> None:
        await asyncio.sleep(self.slow)
        self.heard.append(("attached", page.target))

    async def frame_attached(self, page: Page, session: str) -> None:
        self.heard.append(("frame", page.target, session))

    def gone(self, page: Page) -> None:
        self.heard.append(("gone", page.target))

    def event(self, page: Page, method: str, params: dict[str, Any]) -> None:
        self.heard.append((method, page.target))

    def acted(self, page: Page, method: str, params: dict[str, Any]) -> None:
        self.heard.append(("acted", page.target, method))

    def changed(self) -> None:
        self.changes += 1

    def lost(self) -> None:
        self.heard.append(("lost",))


class Silent(FakeDevtools):
    """Takes commands and answers none."""

    async def send(self, method: str, params: Any = None, **_: Any) -> dict[str, Any]:
        self.sent.append((method, ""))
        await self._end.wait()
        raise DevtoolsError("gone")


class Opened:
    def __init__(self) -> None:
        self.connections: list[FakeDevtools] = []
        self.make: Callable[[], FakeDevtools] = FakeDevtools

    async def __call__(self) -> Devtools:
        self.connections.append(self.make())
        return cast(Devtools, self.connections[-1])

    @property
    def now(self) -> FakeDevtools:
        return self.connections[-1]


@pytest.fixture
def opened() -> Opened:
    return Opened()


@pytest.fixture
def tabs() -> Tabs:
    return Tabs()


@pytest.fixture
def pages(opened: Opened, tabs: Tabs) -> Pages:
    return Pages(opened, tabs)


async def test_a_connection_is_there_while_somebody_holds_the_pages(pages: Pages, opened: Opened) -> None:
    assert opened.connections == []
    async with pages.held(Told()):
        async with pages.held(Told()):
            assert len(opened.connections) == 1
        assert pages.is_attached
    assert not pages.is_attached
    assert opened.now._end.is_set()
    async with pages.held(Told()):
        assert len(opened.connections) == 2


async def test_no_command_of_ours_is_emulation(pages: Pages, opened: Opened) -> None:
    async with pages.held(Told(wants_frames=True)):
        opened.now.attach("a", waits=True)
        await eventually_async(lambda: ("Runtime.runIfWaitingForDebugger", "s-a") in opened.now.sent)
    assert not [method for method, _ in opened.now.sent if method.startswith("Emulation")]


async def test_a_new_page_runs_after_everybody_has_prepared(pages: Pages, opened: Opened) -> None:
    told = Told(slow=0.05)
    async with pages.held(told):
        opened.now.attach("a", waits=True)
        await asyncio.sleep(0.01)
        assert ("Runtime.runIfWaitingForDebugger", "s-a") not in opened.now.sent
        await eventually_async(lambda: ("Runtime.runIfWaitingForDebugger", "s-a") in opened.now.sent)
        assert told.heard == [("attached", "a")]


@pytest.mark.parametrize("is_told", [True, False])
async def test_the_navigation_that_a_page_begins_with_is_told_once(
    pages: Pages, opened: Opened, *, is_told: bool
) -> None:
    """On a busy machine Chromium leaves it out."""
    async with pages.held(told := Told(slow=0.05)):
        opened.now.frame = {"id": "a", "url": "https://a/", "loaderId": "https://a/"}
        opened.now.attach("a", waits=True)
        await eventually_async(lambda: pages.all[0].watchers)
        if is_told:
            opened.now.navigate("a", "https://a/")
        await eventually_async(lambda: ("Page.frameNavigated", "a") in told.heard)
        await eventually_async(lambda: ("Target.getTargetInfo", "") in opened.now.sent)
        assert [kind for kind, *_ in told.heard].count("Page.frameNavigated") == 1
        assert pages.all[0].url == "https://a/"


@pytest.mark.parametrize("address", ["about:blank", ""])
async def test_an_empty_page_has_navigated_nowhere(pages: Pages, opened: Opened, address: str) -> None:
    async with pages.held(told := Told()):
        opened.now.frame = BLANK | {"url": address}
        opened.now.attach("a", waits=True)
        await eventually_async(lambda: ("Target.getTargetInfo", "") in opened.now.sent)
        assert told.heard == [("attached", "a")]


async def test_one_who_never_gets_ready_holds_up_a_page_for_a_time_only(
    pages: Pages, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_module, "INTRODUCTION_SECONDS", 0.05)
    async with pages.held(Told(slow=60)), pages.held(told := Told()):
        opened.now.attach("a", waits=True)
        await eventually_async(lambda: ("Runtime.runIfWaitingForDebugger", "s-a") in opened.now.sent)
        assert ("attached", "a") in told.heard


async def test_a_second_watcher_is_told_of_what_is_there(pages: Pages, opened: Opened) -> None:
    async with pages.held(Told()):
        opened.now.attach("a")
        await eventually_async(lambda: pages.all)
        async with pages.held(second := Told()):
            assert second.heard == [("attached", "a")]
            opened.now.tell("Page.loadEventFired", {}, "s-a")
            assert second.heard[-1] == ("Page.loadEventFired", "a")
        opened.now.tell("Page.loadEventFired", {}, "s-a")
        assert len(second.heard) == 2


async def test_pages_stand_in_the_order_they_were_opened_in_and_the_last_that_moved_is_active(
    pages: Pages, opened: Opened, tabs: Tabs
) -> None:
    for target in "cab":
        tabs.hear("Target.targetCreated", {"targetInfo": {"targetId": target, "url": "about:blank"}})
    tabs.hear("Target.targetInfoChanged", {"targetInfo": {"targetId": "a", "url": "https://a/"}})
    async with pages.held(Told()):
        for target in "abc":  # Chromium attaches by the ids
            opened.now.attach(target)
        assert [page.target for page in pages.all] == ["c", "a", "b"]
        assert pages.active is pages.find("a")
        pages.activate("c")
        opened.now.attach("0", waits=True)
        assert [page.target for page in pages.all] == ["c", "a", "b", "0"]
        assert pages.active is pages.find("0")


async def test_a_page_that_goes_as_soon_as_it_came_leaves_nothing(pages: Pages, opened: Opened) -> None:
    async with pages.held(told := Told()):
        opened.now.attach("a")
        await eventually_async(lambda: ("attached", "a") in told.heard)
        opened.now.attach("b", waits=True)
        opened.now.detach("b")  # as one read of the connection may bring both
        opened.now.attach("c")
        await eventually_async(lambda: ("attached", "c") in told.heard)
        opened.now.detach("c")
        assert [page.target for page in pages.all] == ["a"]
        assert pages.active is pages.find("a")
        assert not [each for each in told.heard if each[1] == "b"]


async def test_a_holder_who_leaves_while_we_attach_costs_the_next_one_nothing(pages: Pages, opened: Opened) -> None:
    async def hold() -> None:
        async with pages.held(Told()):
            pass

    opened.make = Silent
    leaving = asyncio.create_task(hold())
    await eventually_async(lambda: opened.connections and opened.now.sent)
    opened.make = FakeDevtools
    staying = asyncio.create_task(hold())
    await asyncio.sleep(0)
    leaving.cancel()
    await staying
    first, second = opened.connections
    assert first._end.is_set()
    assert ("Target.setAutoAttach", "") in second.sent


async def test_the_active_page_is_the_one_that_something_happened_to_last(pages: Pages, opened: Opened) -> None:
    async with pages.held(Told()):
        for target in "ab":
            opened.now.attach(target)
        await eventually_async(lambda: len(pages.all) == 2)
        assert pages.active is pages.find("b")
        opened.now.navigate("a", "https://x/", parent="some frame")
        assert pages.active is pages.find("b")
        opened.now.navigate("a", "https://x/")
        assert pages.active is pages.find("a")
        page = pages.find("b")
        assert page is not None
        await pages.act(page, "Input.insertText", {"text": "x"})
        assert pages.active is page
        opened.now.detach("b")
        assert pages.active is pages.find("a")


async def test_what_events_tell_of_a_page_is_kept(pages: Pages, opened: Opened) -> None:
    async with pages.held(told := Told()):
        opened.now.attach("a")
        await eventually_async(lambda: pages.all)
        (page,) = pages.all
        tell = opened.now.tell
        tell("Page.frameStartedLoading", {"frameId": "a"}, "s-a")
        opened.now.navigate("a", "https://next/")
        assert (page.url, page.is_loading) == ("https://next/", True)
        tell("Page.frameStoppedLoading", {"frameId": "a"}, "s-a")
        tell("Page.frameStartedLoading", {"frameId": "other"}, "s-a")
        tell("Page.navigatedWithinDocument", {"frameId": "a", "url": "https://next/#part"}, "s-a")
        assert (page.url, page.is_loading) == ("https://next/#part", False)
        tell("Target.targetInfoChanged", {"targetInfo": {"targetId": "a", "url": page.url, "title": "Next"}}, "")
        assert page.title == "Next"
        question = {"type": "prompt", "message": "Name?", "defaultPrompt": "Me", "url": "", "hasBrowserHandler": False}
        tell("Page.javascriptDialogOpening", question, "s-a")
        assert page.dialog == Dialog("prompt", "Name?", "Me")
        tell("Page.javascriptDialogClosed", {"result": True}, "s-a")
        assert page.dialog is None
        before = told.changes
        tell("Target.targetCrashed", {"targetId": "a", "status": "crashed"}, "")
        assert page.has_crashed
        assert told.changes == before + 1


async def test_frames_are_attached_for_those_who_want_them(pages: Pages, opened: Opened) -> None:
    async with pages.held(plain := Told()):
        opened.now.attach("a")
        await eventually_async(lambda: pages.all)
        assert ("Target.setAutoAttach", "s-a") not in opened.now.sent
        async with pages.held(told := Told(wants_frames=True)):
            assert ("Target.setAutoAttach", "s-a") in opened.now.sent
            opened.now.attach("f", waits=True, parent="s-a", kind="iframe")
            await eventually_async(lambda: ("Runtime.runIfWaitingForDebugger", "s-f") in opened.now.sent)
            assert told.heard[-1] == ("frame", "a", "s-f")
            assert pages.all[0].frames == {"s-f"}
            opened.now.tell("Target.detachedFromTarget", {"sessionId": "s-f"}, "s-a")
            assert not pages.all[0].frames
    assert not [each for each in plain.heard if each[0] == "frame"]


async def test_when_the_connection_breaks_everybody_is_told(pages: Pages, opened: Opened) -> None:
    async with pages.held(told := Told()):
        opened.now.attach("a")
        await eventually_async(lambda: ("attached", "a") in told.heard)
        await opened.now.close()
        await eventually_async(lambda: ("lost",) in told.heard)
        assert told.heard[-2:] == [("gone", "a"), ("lost",)]
        with pytest.raises(DevtoolsError):
            await pages.send_browser("Browser.getVersion")


async def test_a_browser_that_cannot_be_reached_is_an_error() -> None:
    async def fail() -> Devtools:
        raise OSError("refused")

    with pytest.raises(DevtoolsError, match="refused"):
        async with Pages(fail, Tabs()).held(Told()):
            pass


async def test_a_dialog_that_waits_outlives_the_last_holder(pages: Pages, opened: Opened) -> None:
    asks = {"type": "confirm", "message": "Sure?"}
    async with pages.held(Told()):
        opened.now.attach("a")
        opened.now.tell("Page.javascriptDialogOpening", asks, "s-a")
    assert pages.is_attached
    async with pages.held(Told()):
        assert len(opened.connections) == 1
        assert pages.all[0].dialog == Dialog("confirm", "Sure?", "")
    opened.now.tell("Page.javascriptDialogClosed", {}, "s-a")
    await eventually_async(lambda: not pages.is_attached)
    async with pages.held(Told()):
        opened.now.attach("b")
        opened.now.tell("Page.javascriptDialogOpening", asks, "s-b")
    opened.now.tell("Target.detachedFromTarget", {"sessionId": "s-b"}, "")
    await eventually_async(lambda: not pages.is_attached)


async def test_a_chooser_is_known_until_its_page_is_another_one(pages: Pages, opened: Opened) -> None:
    told = Told(wants_frames=True)
    asks = {"frameId": "f", "mode": "selectMultiple", "backendNodeId": 7}
    async with pages.held(told):
        opened.now.attach("a")
        opened.now.attach("frame", parent="s-a", kind="iframe")
        (page,) = pages.all
        for ends, event, session in (
            ("the frame's navigation", ("Page.frameNavigated", {"frame": {"id": "f", "parentId": "a"}}), "s-frame"),
            ("the frame's end", ("Page.frameDetached", {"frameId": "f"}), "s-a"),
            ("the page's navigation", ("Page.frameNavigated", {"frame": BLANK}), "s-a"),
        ):
            opened.now.tell("Page.fileChooserOpened", asks, "s-frame")
            assert page.chooser == Chooser("s-frame", "f", 7, is_multiple=True), ends
            before = told.changes
            opened.now.tell("Page.frameNavigated", {"frame": {"id": "other", "parentId": "a"}}, "s-a")
            assert page.chooser is not None
            opened.now.tell(*event, session)
            assert (page.chooser, told.changes) == (None, before + 1), ends
        opened.now.tell("Page.fileChooserOpened", asks, "s-frame")
        opened.now.tell("Target.detachedFromTarget", {"sessionId": "s-frame"}, "s-a")
        assert page.chooser is None
