"""The node as the control plane uses it for life: start, relaunch, stop, health, faults."""

import asyncio
import os
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import websockets

from browser_node.client import NodeClient, NodeRefused
from browser_node.wire import LaunchSpec, Phase, Reason, Viewport
from tests.browser_node.node_processes import chromium_of, keeper_of
from tests.support.cdp import Cdp
from tests.support.eventually import eventually, eventually_async
from tests.support.node import CREDENTIAL, RunningNode, launch_spec

pytestmark = pytest.mark.browser
Start = Callable[..., LaunchSpec]


def test_health_tells_the_name_boot_and_room(node: RunningNode) -> None:
    health = node.client.health()
    assert (health.name, health.ok) == ("test", True)
    assert health.max_browsers >= 1
    assert 0 < health.memory_available <= health.memory_total


@pytest.mark.parametrize("path", ["/health", "/metrics", "/browsers"])
@pytest.mark.parametrize("token", ["", "Bearer wrong", f"Bearer {CREDENTIAL}", "Basic a-node-key-for-tests-only"])
def test_without_the_nodes_key_nothing_is_told(node: RunningNode, path: str, token: str) -> None:
    answer = httpx.get(f"http://{node.address}{path}", headers={"Authorization": token} if token else {})
    assert answer.status_code == 401
    assert "browsers" not in answer.json()


def test_life_needs_the_nodes_key(node: RunningNode) -> None:
    spec = launch_spec()
    stranger = NodeClient(node.address, spec.credential)
    for call in (lambda: stranger.start(spec), lambda: stranger.stop(spec.instance_id), stranger.browsers):
        with pytest.raises(NodeRefused) as refusal:
            call()
        assert refusal.value.status == 401


def test_use_needs_that_browsers_credential(node: RunningNode, start: Start) -> None:
    spec = start()
    for credential in ("wrong", node.key):
        with pytest.raises(NodeRefused) as refusal:
            node.client.json(spec.instance_id, "version", credential)
        assert refusal.value.status == 401


async def test_an_upgrade_without_the_credential_is_refused_beforehand(node: RunningNode, start: Start) -> None:
    spec = start()
    for path in ("devtools/browser", "devtools/page/0", "events"):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(
                node.websocket_url(spec.instance_id, path), additional_headers={"Authorization": "Bearer wrong"}
            )
        assert refusal.value.response.status_code == 401


async def test_an_unknown_browser_is_not_found(node: RunningNode) -> None:
    spec = launch_spec()
    with pytest.raises(NodeRefused) as refused:
        node.client.json(spec.instance_id, "version", spec.credential)
    assert refused.value.status == 404
    with pytest.raises(websockets.InvalidStatus) as refusal:
        await Cdp.connect(node, spec)
    assert refusal.value.response.status_code == 404


def test_a_browser_starts_runs_and_is_gone_after_its_stop(node: RunningNode) -> None:
    spec = launch_spec()
    assert node.client.start(spec).phase is Phase.STARTING
    seen = node.run_browser(spec)
    assert seen.alive
    assert seen.launch == spec.launch
    assert seen.browser.startswith("Chrome/")
    assert "Headless" not in seen.user_agent
    keeper = keeper_of(node, spec)
    assert node.client.stop(spec.instance_id, grace_seconds=5)
    node.wait_for(spec.instance_id, lambda seen: seen is None, what="the end")
    assert not node.client.stop(spec.instance_id)
    assert not Path(f"/proc/{keeper}").exists()
    assert not (node.browsers_path / spec.instance_id).exists()


def test_asking_twice_for_one_browser_gives_one(node: RunningNode, start: Start) -> None:
    spec = start()
    pid = chromium_of(node, spec)
    assert node.client.start(spec).phase is Phase.RUNNING
    assert chromium_of(node, spec) == pid


def test_a_prepared_page_can_be_asked_for_later(node: RunningNode, start: Start) -> None:
    spec = start()
    assert not node.observed(spec.instance_id).prepared  # type: ignore[union-attr]
    node.client.start(launch_spec(spec.instance_id, launch=spec.launch, prepare=True))
    node.wait_for(spec.instance_id, lambda seen: seen and seen.prepared, what="the page")
    node.client.start(launch_spec(spec.instance_id, launch=spec.launch, prepare=False))
    node.wait_for(spec.instance_id, lambda seen: seen and not seen.prepared, what="the page's end")


async def test_a_relaunch_has_new_processes_files_and_options(node: RunningNode, start: Start) -> None:
    spec = start(prepare=True)
    before = chromium_of(node, spec)
    (node.browsers_path / spec.instance_id / "profile" / "left-over").write_text("x")
    other = launch_spec(
        spec.instance_id, viewport=Viewport(900, 500), args=("--force-device-scale-factor=2",), user_agent="Other/1.0"
    )
    node.client.start(other)
    async with await Cdp.connect(node, other, launch=other.launch) as cdp:  # held until the other launch is there
        page = await cdp.page()
        seen = await cdp.evaluate(page, "[innerWidth, innerHeight, devicePixelRatio, navigator.userAgent]")
    assert seen == [900, 500, 2, "Other/1.0"]
    assert chromium_of(node, spec) != before
    assert not (node.browsers_path / spec.instance_id / "profile" / "left-over").exists()


async def test_an_upgrade_for_a_launch_that_the_node_was_not_told_yet_is_held(node: RunningNode, start: Start) -> None:
    spec = start()
    other = launch_spec(spec.instance_id, viewport=Viewport(800, 600))
    waiting = asyncio.create_task(Cdp.connect(node, other, launch=other.launch))
    version = asyncio.create_task(
        asyncio.to_thread(node.client.json, other.instance_id, "version", other.credential, launch=other.launch)
    )
    done, _ = await asyncio.wait((waiting, version), timeout=0.5)
    assert not done
    await asyncio.to_thread(node.client.start, other)
    async with await waiting as cdp:
        assert await cdp.evaluate(await cdp.page(), "innerWidth") == 800
    assert (await version)["Browser"].startswith("Chrome/")


def test_long_poll_answers_when_something_changes(node: RunningNode) -> None:
    seen = node.client.browsers()
    begun = time.monotonic()
    assert node.client.changes(seen.version, wait_seconds=0.3).version == seen.version
    assert time.monotonic() - begun >= 0.25
    spec = launch_spec()
    node.client.start(spec)
    begun = time.monotonic()
    assert node.client.changes(seen.version, wait_seconds=20).version > seen.version
    assert time.monotonic() - begun < 5
    node.stop_browser(spec.instance_id)


@pytest.mark.alone
async def test_a_crash_is_told_within_a_second(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        os.kill(chromium_of(node, spec), signal.SIGKILL)
        begun = time.monotonic()
        assert await cdp.closed() == (4000, "browser_crashed")
        seen = await asyncio.to_thread(
            node.wait_for, spec.instance_id, lambda seen: seen and seen.phase is Phase.FAILED, what="the failure"
        )
    assert time.monotonic() - begun < 1.0
    assert seen is not None
    assert (seen.reason, seen.alive) == (Reason.BROWSER_CRASHED, False)
    with pytest.raises(websockets.InvalidStatus) as refusal:
        await Cdp.connect(node, spec)
    assert refusal.value.response.status_code == 503


def test_a_crashed_browser_can_be_relaunched(node: RunningNode, start: Start) -> None:
    spec = start()
    os.kill(keeper_of(node, spec), signal.SIGKILL)
    node.wait_for(spec.instance_id, lambda seen: seen and seen.phase is Phase.FAILED, what="the failure")
    assert node.client.start(spec).phase is Phase.FAILED  # asking for the same launch changes nothing
    node.run_browser(launch_spec(spec.instance_id, viewport=Viewport(640, 480)))


def test_a_hanging_browser_is_first_not_alive_and_then_unreachable(node: RunningNode, start: Start) -> None:
    spec = start()
    begun = time.monotonic()
    os.kill(chromium_of(node, spec), signal.SIGSTOP)
    node.wait_for(spec.instance_id, lambda seen: seen and not seen.alive, within=8, what="doubt")
    assert node.observed(spec.instance_id).phase is Phase.RUNNING  # type: ignore[union-attr]
    failed = node.wait_for(
        spec.instance_id, lambda seen: seen and seen.phase is Phase.FAILED, within=25, what="the verdict"
    )
    assert failed is not None
    assert failed.reason is Reason.BROWSER_UNREACHABLE
    assert 15 <= time.monotonic() - begun < 25


def test_a_browser_that_hangs_for_a_moment_is_alive_again(node: RunningNode, start: Start) -> None:
    spec = start()
    pid = chromium_of(node, spec)
    os.kill(pid, signal.SIGSTOP)
    node.wait_for(spec.instance_id, lambda seen: seen and not seen.alive, within=8, what="doubt")
    os.kill(pid, signal.SIGCONT)
    node.wait_for(spec.instance_id, lambda seen: seen and seen.alive, within=8, what="life")


def test_what_a_browser_uses_is_measured(node: RunningNode, start: Start) -> None:
    spec = start(prepare=True)
    seen = node.wait_for(spec.instance_id, lambda seen: seen and seen.memory_bytes and seen.cpu_seconds, what="figures")
    assert seen is not None
    assert 50 * 2**20 < seen.memory_bytes < 1200 * 2**20
    text = node.client.metrics()
    assert f'browsergrid_browser_memory_bytes{{instance="{spec.instance_id}"}}' in text
    assert f'browsergrid_browser_cpu_seconds_total{{instance="{spec.instance_id}"}}' in text


async def test_a_download_lands_in_the_browsers_own_directory(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.evaluate(
            page, "a = document.createElement('a'); a.href = 'data:text/plain,hello'; a.download = 'x.txt'; a.click()"
        )
        place = node.browsers_path / spec.instance_id / "downloads"
        # Under a number of Chromium's: no site chooses a name on this disk. What people call it is test_files_api's.
        await eventually_async(lambda: [each.read_text() for each in place.iterdir()] == ["hello"], what="the download")
        assert not (place / "x.txt").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"instance_id": "../../etc"},
        {"credential": "short"},
        {"launch": ""},
        {"options": {"args": ["--no-sandbox"]}},
        {"options": {"viewport": {"width": 0, "height": 0}}},
        {"options": {"headless": False}},
        {"options": {"timezone": "../etc/passwd"}},
        {"options": {"proxy": "socks5://x:1"}},
        {"egress": {"allow": ["http://x"]}},
        {"start_timeout_seconds": 0},
    ],
)
def test_a_bad_spec_is_refused_by_its_field(node: RunningNode, change: dict[str, object]) -> None:
    spec = launch_spec()
    body = {**spec.to_json(), **change}
    answer = httpx.put(
        f"http://{node.address}/browsers/{spec.instance_id}",
        json=body,
        headers={"Authorization": f"Bearer {node.key}"},
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert node.observed(spec.instance_id) is None


@pytest.mark.parametrize("name", ["x", "..", "%2e%2e%2fetc", "0" * 36, "A" * 36 + "-1", "g" * 36 + "-1"])
def test_names_that_are_no_instance_ids_are_refused(node: RunningNode, name: str) -> None:
    answer = httpx.put(
        f"http://{node.address}/browsers/{name}",
        json=launch_spec().to_json(),
        headers={"Authorization": f"Bearer {node.key}"},
    )
    assert answer.status_code in (404, 405, 422)


def test_browsers_cannot_be_asked_to_stop_with_a_code_that_may_not_be_sent(node: RunningNode) -> None:
    answer = httpx.delete(
        f"http://{node.address}/browsers/{launch_spec().instance_id}?code=1005",
        headers={"Authorization": f"Bearer {node.key}"},
    )
    assert answer.status_code == 422


def test_two_dozen_upgrades_at_once_all_get_through(node: RunningNode, start: Start) -> None:
    """Chromium queues ten connections; the node paces its dials."""
    spec = start()

    async def storm() -> int:
        clients = await asyncio.gather(*(Cdp.connect(node, spec, connection=f"con_{n}") for n in range(40)))
        versions = await asyncio.gather(*(client.send("Browser.getVersion") for client in clients))
        await asyncio.gather(*(client.socket.close() for client in clients))
        return len(versions)

    assert asyncio.run(storm()) == 40


def test_the_unix_socket_is_for_the_owner_alone(tmp_path: Path) -> None:
    with RunningNode(tmp_path) as node:
        assert stat.S_IMODE(node.socket_path.stat().st_mode) == 0o600
        assert node.client.health().ok
    eventually(lambda: not node.socket_path.exists(), what="the socket's end")
