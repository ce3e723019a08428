"""One browser's wishes and what is told of it, without a process; with real ones in test_app and test_faults."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from browser_node.browser import Browser, NotUsable
from browser_node.devtools import DevtoolsError
from browser_node.ground import Ground
from browser_node.life import End, Life
from browser_node.wire import Phase, Reason
from tests.support.node import launch_spec


class FakeSupervisor:
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.fails = False

    async def prepare_page(self) -> None:
        self.calls.append("prepare")
        if self.fails:
            raise DevtoolsError("hangs")

    async def drop_prepared_page(self) -> None:
        self.calls.append("drop")


class FakeLife:
    def __init__(self) -> None:
        self.supervisor = FakeSupervisor()
        self.is_alive = True
        self.is_prepared = False


# What a browser without a process looks at of the ground it stands on.
GROUND = SimpleNamespace(
    directories=SimpleNamespace(root=Path("/nowhere")),
    config=SimpleNamespace(files_bytes=1, recorder=Path("/nowhere")),
    spools=None,
    walled=True,
)


@pytest.fixture
def life() -> FakeLife:
    return FakeLife()


def running(life: FakeLife, *, prepare: bool = True) -> Browser:
    spec = launch_spec(prepare=prepare)
    browser = Browser(cast(Ground, GROUND), spec, 0, lambda: None)
    browser.life = cast(Life, life)
    browser.phase, browser.launch = Phase.RUNNING, spec.launch
    return browser


async def test_a_page_is_prepared_only_while_a_quarter_of_the_memory_is_free(life: FakeLife) -> None:
    browser = running(life)
    await browser.tend(0.24)
    assert life.supervisor.calls == []
    await browser.tend(0.25)
    assert life.supervisor.calls == ["prepare"]


async def test_under_pressure_the_prepared_page_is_dropped(life: FakeLife) -> None:
    browser = running(life)
    life.is_prepared = True
    await browser.tend(0.22)  # between the two bounds it stays, so that it does not come and go
    assert life.supervisor.calls == []
    await browser.tend(0.19)
    assert life.supervisor.calls == ["drop"]


async def test_a_page_that_is_not_wanted_any_more_is_dropped(life: FakeLife) -> None:
    browser = running(life)
    life.is_prepared = True
    browser.want(launch_spec(browser.spec.instance_id, launch=browser.spec.launch, prepare=False))
    await browser.tend(0.9)
    assert life.supervisor.calls == ["drop"]


async def test_a_browser_that_hangs_or_does_not_run_is_left_alone(life: FakeLife) -> None:
    browser = running(life)
    life.supervisor.fails = True
    await browser.tend(0.9)
    life.is_alive = False
    await browser.tend(0.9)
    browser.phase, life.is_alive = Phase.FAILED, True
    await browser.tend(0.9)
    assert life.supervisor.calls == ["prepare"]


async def test_what_is_wanted_decides_who_may_use_it(life: FakeLife) -> None:
    browser = running(life)
    assert await browser.usable(browser.spec.launch, 0) is cast(Any, life)
    assert await browser.usable("", 0) is cast(Any, life)
    with pytest.raises(NotUsable) as held:
        await browser.usable("another", 0.01)
    assert (held.value.status, held.value.code) == (503, "start_timeout")
    assert browser.want(launch_spec(browser.spec.instance_id, launch="another"))
    assert (browser.phase, browser.launch) == (Phase.STARTING, "")
    with pytest.raises(NotUsable):
        await browser.usable("", 0.01)


async def test_who_waits_for_a_launch_is_let_in_when_it_is_there(life: FakeLife) -> None:
    browser = running(life)
    browser.want(launch_spec(browser.spec.instance_id, launch="another"))
    waiting = asyncio.create_task(browser.usable("another", 5))
    await asyncio.sleep(0)
    browser.launch = "another"
    browser._change(Phase.RUNNING)
    assert await waiting is cast(Any, life)


async def test_a_stop_is_final_and_its_grace_only_shrinks(life: FakeLife) -> None:
    browser = running(life)
    browser.stop(10, 4000, "released")
    browser.stop(30, 4008, "idle")
    assert (browser.phase, browser._stop_grace) == (Phase.STOPPING, 10)
    browser.stop(0, 4000, "x")
    browser.stop(5, 4000, "x")
    assert browser._stop_grace == 0
    assert browser.farewell() == (4000, "released")
    browser._change(Phase.RUNNING)
    assert browser.phase is Phase.STOPPING
    with pytest.raises(NotUsable) as ended:
        await browser.usable("", 1)
    assert ended.value.status == 410


async def test_a_failure_is_told_to_clients_and_callers(life: FakeLife) -> None:
    browser = running(life)
    assert browser.farewell() == (4000, Reason.BROWSER_CRASHED)
    browser._end = End(Reason.OUT_OF_MEMORY, "no memory")
    browser._change(Phase.FAILED)
    assert browser.farewell() == (4000, Reason.OUT_OF_MEMORY)
    with pytest.raises(NotUsable) as failed:
        await browser.usable("", 1)
    assert (failed.value.status, failed.value.code, str(failed.value)) == (503, "out_of_memory", "no memory")
