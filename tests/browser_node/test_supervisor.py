"""Our own connection to a browser, with a browser that misbehaves as the test wants."""

import asyncio
from typing import Any, cast

import pytest

from browser_node import supervisor
from browser_node.devtools import Devtools, DevtoolsError
from browser_node.supervisor import Supervisor, Unreachable
from browser_node.wire import Viewport


class FakeBrowser:
    """Stands for Devtools: one window, targets, and a size that may need several attempts."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.targets: list[dict[str, str]] = []
        self.contexts: list[str] = []
        self.size = (945, 973)
        self.stubborn = 0  # how often the first layout wins over the size that was asked for
        self.hangs = False
        self.closed = asyncio.Event()

    @property
    def is_closed(self) -> bool:
        return self.closed.is_set()

    async def wait_closed(self) -> None:
        await self.closed.wait()

    async def send(self, method: str, params: dict[str, Any] | None = None, **_: Any) -> dict[str, Any]:
        self.calls.append(method)
        if self.hangs:
            raise DevtoolsError(f"{method}: no answer")
        given = params or {}
        match method:
            case "Target.createTarget":
                self.targets.append(
                    {"targetId": f"T{len(self.targets)}", "type": "page", "browserContextId": "default"}
                )
                return {"targetId": self.targets[-1]["targetId"]}
            case "Target.closeTarget":
                self.targets = [target for target in self.targets if target["targetId"] != given["targetId"]]
            case "Target.getTargets":
                return {"targetInfos": self.targets}
            case "Target.getBrowserContexts":
                return {"browserContextIds": self.contexts}
            case "Target.attachToTarget":
                return {"sessionId": "S"}
            case "Browser.getWindowForTarget":
                return {"windowId": 1}
            case "Browser.setContentsSize":
                if self.stubborn:
                    self.stubborn -= 1
                else:
                    self.size = (given["width"], given["height"])
            case "Page.getLayoutMetrics":
                return {"cssLayoutViewport": {"clientWidth": self.size[0], "clientHeight": self.size[1]}}
        return {}


@pytest.fixture
async def browser() -> FakeBrowser:
    return FakeBrowser()


def supervise(browser: FakeBrowser) -> Supervisor:
    return Supervisor(cast(Devtools, browser), Viewport(1280, 720), lambda: None)


async def test_the_page_gets_its_size_even_when_the_first_layout_wins_at_first(browser: FakeBrowser) -> None:
    browser.stubborn = 3
    await supervise(browser).prepare_page()
    assert browser.size == (1280, 720)
    assert browser.calls.count("Browser.setContentsSize") == 4
    assert browser.calls[-1] == "Target.detachFromTarget"


async def test_a_page_is_made_once(browser: FakeBrowser) -> None:
    own = supervise(browser)
    await asyncio.gather(own.prepare_page(), own.hand_out_page(), own.hand_out_page(), own.prepare_page())
    assert len(browser.targets) == 1
    assert own.is_handed_out
    assert own.prepared_page is None


async def test_only_pages_of_the_default_context_count(browser: FakeBrowser) -> None:
    browser.contexts = ["other"]
    browser.targets = [
        {"targetId": "A", "type": "page", "browserContextId": "other"},
        {"targetId": "B", "type": "service_worker", "browserContextId": "default"},
    ]
    await supervise(browser).hand_out_page()
    assert len([target for target in browser.targets if target["type"] == "page"]) == 2


async def test_a_page_that_a_client_has_is_never_dropped(browser: FakeBrowser) -> None:
    own = supervise(browser)
    await own.prepare_page()
    await own.hand_out_page()
    await own.drop_prepared_page()
    assert len(browser.targets) == 1


async def test_a_prepared_page_can_be_dropped_and_made_again(browser: FakeBrowser) -> None:
    own = supervise(browser)
    await own.prepare_page()
    await own.drop_prepared_page()
    assert (browser.targets, own.prepared_page) == ([], None)
    await own.prepare_page()
    assert own.prepared_page == "T0"


async def test_doubt_comes_at_the_first_failed_look_and_the_verdict_after_several(
    browser: FakeBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PING_SECONDS", 0.02)
    monkeypatch.setattr(supervisor, "UNREACHABLE_SECONDS", 0.1)
    own = supervise(browser)
    browser.hangs = True
    begun = asyncio.get_running_loop().time()
    with pytest.raises(Unreachable):
        await own.watch()
    assert asyncio.get_running_loop().time() - begun >= 0.1
    assert browser.calls.count("Browser.getVersion") >= 3
    assert not own.is_alive


async def test_the_end_of_the_connection_ends_the_watch_at_once(browser: FakeBrowser) -> None:
    own = supervise(browser)
    watching = asyncio.create_task(own.watch())
    await asyncio.sleep(0.01)
    browser.closed.set()
    async with asyncio.timeout(1):
        await watching
    assert not own.is_alive
