"""Parts of the whole product end, kindly or not: clients come back to what they had, and rules hold all the same."""

import asyncio
import itertools
import json
import os
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psutil
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.support.eventually import eventually
from tests.support.product import Product, product_running

pytestmark = [pytest.mark.browser, pytest.mark.alone]

WEB, WORKER, WATCHER, REDIS = "uvicorn", "celery", "manage.py watch", "redis.sock"
RECONNECT_SECONDS = 10.0


class Client:
    """A CDP client that can come back."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._ids = itertools.count(1)
        self.socket: ClientConnection

    async def __aenter__(self) -> "Client":
        self.socket = await connect(self.url, proxy=None, max_size=None, compression=None, open_timeout=30)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def send(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        await self.socket.send(json.dumps(message))
        async with asyncio.timeout(20):
            while True:
                reply: dict[str, Any] = json.loads(await self.socket.recv())
                if reply.get("id") == number:
                    return dict(reply["result"])

    async def pages(self) -> list[str]:
        """Their addresses."""
        found = (await self.send("Target.getTargets"))["targetInfos"]
        return [target["url"] for target in found if target["type"] == "page"]

    async def visit(self, url: str) -> None:
        (target,) = [one for one in (await self.send("Target.getTargets"))["targetInfos"] if one["type"] == "page"]
        attached = await self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        await self.send("Page.navigate", attached["sessionId"], url=url)

    async def closed(self) -> int:
        """The code; 1006 where nothing was said."""
        try:
            while True:
                await self.socket.recv()
        except websockets.ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006

    async def come_back(self) -> None:
        """To the same URL, as soon as somebody answers; an answer that is no 101 but a refusal fails."""
        async with asyncio.timeout(RECONNECT_SECONDS):
            while True:
                try:
                    self.socket = await connect(self.url, proxy=None, max_size=None, compression=None, open_timeout=30)
                except (OSError, EOFError, websockets.InvalidMessage):
                    await asyncio.sleep(0.05)
                except websockets.InvalidStatus as refusal:
                    if refusal.response.status_code != 503:  # it still starts, or still ends
                        raise
                    await asyncio.sleep(0.05)
                else:
                    return


def new_session(product: Product, *, keep_alive: bool) -> dict[str, Any]:
    made = product.api("POST", "/sessions?wait=30", json={"keep_alive": keep_alive})
    assert made.status_code == 201, made.text
    session: dict[str, Any] = made.json()
    return session


def fetch(product: Product, session: str) -> dict[str, Any]:
    """Also while the web process is being restarted."""
    found: list[dict[str, Any]] = []

    def asked() -> bool:
        try:
            answer = product.api("GET", f"/sessions/{session}")
        except httpx.TransportError:
            return False
        found[:] = [answer.json()] if answer.status_code == 200 else []
        return bool(found)

    eventually(asked, within=15, what="an answer")
    return found[0]


def kill(product: Product, words: str, how: signal.Signals = signal.SIGKILL) -> int:
    process = eventually(lambda: product.part(words), what=words)
    os.kill(process, how)
    return process


def is_served(product: Product) -> bool:
    try:
        return httpx.get(f"{product.url}/readyz", timeout=2, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def claim(product: Product) -> str:
    answer = httpx.get(
        product.connect_url().replace("/connect?", "/connect/json/version?"), timeout=30, trust_env=False
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["sessionId"])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_clients_of_a_web_process_that_ends_come_back_to_their_pages(
    drilled_product: Product, how: signal.Signals
) -> None:
    """With keep_alive and without: it is not they who left."""
    product = drilled_product
    product.wait_until_warm()
    sessions = [new_session(product, keep_alive=keep_alive) for keep_alive in (True, False)]

    async def live_through_it() -> list[int]:
        async with Client(sessions[0]["connect_url"]) as first, Client(sessions[1]["connect_url"]) as second:
            clients = (first, second)
            for number, client in enumerate(clients):
                await client.visit(f"{product.site.url}/other?{number}")
            before = kill(product, WEB, how)
            codes = [await asyncio.wait_for(client.closed(), 15) for client in clients]
            for number, client in enumerate(clients):
                await client.come_back()
                assert await client.pages() == [f"{product.site.url}/other?{number}"]
            assert product.part(WEB) not in {0, before}
            for session in sessions:
                one_client = lambda name=session["id"]: fetch(product, name)["clients"] == 1  # noqa: E731
                await asyncio.to_thread(eventually, one_client, within=20, what="the end of the old connection")
                assert fetch(product, session["id"])["state"] == "running"
            return codes

    codes = asyncio.run(live_through_it())
    assert codes == ([1012, 1012] if how is signal.SIGTERM else [1006, 1006])
    kept, left = (session["id"] for session in sessions)
    eventually(lambda: fetch(product, left)["end_reason"] == "client_disconnected", what="the end that is due")
    assert fetch(product, kept)["ended_at"] is None
    product.api("DELETE", f"/sessions/{kept}")
    eventually(lambda: is_served(product), within=30, what="readiness")


def test_deadlines_hold_when_web_worker_and_watcher_are_killed_right_after_the_claim(drilled_product: Product) -> None:
    product = drilled_product
    product.wait_until_warm()
    began = time.monotonic()
    claimed = claim(product)
    for words in (WATCHER, WORKER, WEB):
        kill(product, words)
    eventually(lambda: is_served(product), within=15, what="an answer")
    later = claim(product)
    eventually(lambda: fetch(product, claimed)["ended_at"], within=17 + began - time.monotonic(), what="the end")
    assert time.monotonic() - began >= 10
    assert fetch(product, claimed)["end_reason"] == "no_connect"
    product.api("DELETE", f"/sessions/{later}")
    eventually(lambda: product.part(WATCHER) and product.part(WORKER), within=10, what="worker and watcher")
    product.wait_until_warm()


def test_without_redis_claims_go_on_and_readiness_says_so(drilled_product: Product) -> None:
    product = drilled_product
    product.wait_until_warm()
    stopped = kill(product, REDIS, signal.SIGSTOP)  # it hangs first, which is worse than being gone
    try:
        ready = httpx.get(f"{product.url}/readyz", timeout=10, trust_env=False)
        assert (ready.status_code, ready.json()["checks"]["redis"]) == (200, "degraded")
        hanging = claim(product)
    finally:
        os.kill(stopped, signal.SIGKILL)
    gone = claim(product)

    async def use() -> list[str]:
        async with Client(product.connect_url().replace("http", "ws", 1)) as client:
            return await client.pages()

    assert asyncio.run(use()) == ["about:blank"]

    def redis() -> str:
        return str(httpx.get(f"{product.url}/readyz", timeout=10, trust_env=False).json()["checks"]["redis"])

    eventually(lambda: redis() == "ok", within=15, what="Redis")
    assert product.part(REDIS) not in {0, stopped}
    for session in (hanging, gone):
        product.api("DELETE", f"/sessions/{session}")
    product.wait_until_warm()


def test_a_killed_supervisor_takes_everything_with_it(tmp_path: Path) -> None:
    """With a browser in use, and one ready."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    deep = tmp_path / ("a" * 40) / ("b" * 40)  # sockets lie in the temporary folder then
    deep.parent.mkdir()
    with product_running(deep, TMPDIR=str(temporary)) as product:
        new_session(product, keep_alive=True)
        product.wait_until_warm(1)
        family = psutil.Process(product.process.pid).children(recursive=True)
        assert any("chromium" in process.name() for process in family)
        assert list(temporary.iterdir())
        product.process.kill()
        product.process.wait()
        eventually(lambda: not [one for one in family if is_alive(one)], within=5, what="no process left")
        eventually(lambda: not list(temporary.iterdir()), within=5, what="no temporary directory left")
        left = product.data_dir / "node" / "browsers"
        eventually(lambda: not left.exists() or not list(left.iterdir()), within=5, what="no browser's directory left")


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
