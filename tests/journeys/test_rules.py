"""What the contract promises of a session's life, measured from outside on the whole product."""

import asyncio
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest
import websockets
from playwright.sync_api import Error, sync_playwright

from tests.support.eventually import becomes, eventually
from tests.support.product import Product

pytestmark = [pytest.mark.browser]


def fetch(product: Product, session_id: str) -> dict[str, object]:
    session: dict[str, object] = product.api("GET", f"/sessions/{session_id}").json()
    return session


def claim(product: Product, **query: str) -> dict[str, str]:
    address = product.connect_url(**query).replace("/connect?", "/connect/json/version?")
    answer = httpx.get(address, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    version: dict[str, str] = answer.json()
    return version


@pytest.mark.alone
def test_a_session_nobody_connects_to_ends_between_10_and_12_seconds(running_product: Product) -> None:
    alone(running_product)
    claimed_at = time.monotonic()
    session_id = claim(running_product)["sessionId"]
    eventually(lambda: fetch(running_product, session_id)["end_reason"] == "no_connect", within=14)
    assert 10.0 <= time.monotonic() - claimed_at <= 12.0


def test_an_address_whose_session_has_ended_answers_410(running_product: Product) -> None:
    version = claim(running_product)
    running_product.api("DELETE", f"/sessions/{version['sessionId']}")
    address = version["webSocketDebuggerUrl"]

    async def connect() -> int:
        try:
            async with websockets.connect(address, proxy=None):
                return 101
        except websockets.InvalidStatus as refusal:
            return refusal.response.status_code

    assert asyncio.run(connect()) == 410


@pytest.mark.alone
def test_the_last_disconnect_ends_the_session_within_two_seconds(running_product: Product) -> None:
    version = claim(running_product)

    async def connect_and_leave() -> None:
        async with websockets.connect(version["webSocketDebuggerUrl"], proxy=None):
            pass

    asyncio.run(connect_and_leave())
    ended = lambda: fetch(running_product, version["sessionId"])["ended_at"] is not None  # noqa: E731
    eventually(ended, within=2.0, what="the end of the session")
    assert fetch(running_product, version["sessionId"])["end_reason"] == "client_disconnected"


def test_a_release_closes_the_clients_socket_with_4000_and_the_reason(running_product: Product) -> None:
    version = claim(running_product)

    async def connect_and_wait() -> tuple[int | None, str | None]:
        async with websockets.connect(version["webSocketDebuggerUrl"], proxy=None) as socket:
            await asyncio.to_thread(running_product.api, "POST", f"/sessions/{version['sessionId']}/release")
            await asyncio.wait_for(socket.wait_closed(), 10)
            return socket.close_code, socket.close_reason

    assert asyncio.run(connect_and_wait()) == (4000, "released")


@pytest.mark.alone
def test_a_revoked_token_closes_its_sockets_with_4001_within_two_seconds(running_product: Product) -> None:
    made = running_product.api("POST", "/tokens", json={"name": "soon revoked"}).json()
    address = f"{running_product.ws}/connect?token={made['token']}"

    async def connect_and_wait() -> tuple[int | None, float]:
        async with websockets.connect(address, proxy=None, open_timeout=30) as socket:
            await asyncio.to_thread(running_product.api, "DELETE", f"/tokens/{made['id']}")
            revoked_at = time.monotonic()
            await asyncio.wait_for(socket.wait_closed(), 10)
            return socket.close_code, time.monotonic() - revoked_at

    code, seconds = asyncio.run(connect_and_wait())
    assert code == 4001
    assert seconds <= 2.0


def test_fifty_claims_at_once_are_fifty_different_sessions_or_refusals(running_product: Product) -> None:
    async def claim_one(client: httpx.AsyncClient) -> tuple[int, str]:
        answer = await client.get(f"{running_product.url}/connect/json/version", headers=headers)
        return answer.status_code, answer.json().get("sessionId", "") if answer.status_code == 200 else ""

    async def claim_all() -> list[tuple[int, str]]:
        limits = httpx.Limits(max_connections=60)
        async with httpx.AsyncClient(timeout=90, trust_env=False, limits=limits) as client:
            return list(await asyncio.gather(*(claim_one(client) for _ in range(50))))

    headers = {"Authorization": f"Bearer {running_product.token}"}
    answers = asyncio.run(claim_all())
    served = [session for status, session in answers if status == 200]
    assert Counter(status for status, _ in answers).keys() <= {200, 429, 503}
    assert served
    assert len(served) == len(set(served))


def test_a_crashed_browser_ends_its_session_and_the_pool_recovers(running_product: Product) -> None:
    running_product.wait_until_warm()
    with sync_playwright() as playwright:
        before = set(running_product.chromium_pids())
        browser = playwright.chromium.connect_over_cdp(running_product.connect_url(**{"metadata.test": "crash"}))
        (session,) = running_product.sessions(**{"metadata.test": "crash"})
        gone = browser.new_browser_cdp_session()
        with pytest.raises(Error, match="closed"):
            gone.send("Browser.crash")
        eventually(lambda: fetch(running_product, str(session["id"]))["end_reason"], within=10)
    assert before
    assert fetch(running_product, str(session["id"]))["end_reason"] == "browser_crashed"
    running_product.wait_until_warm()


@pytest.mark.alone
def test_a_killed_node_ends_its_sessions_as_node_lost_and_the_pool_recovers(running_product: Product) -> None:
    running_product.wait_until_warm()
    session = running_product.api("POST", "/sessions?wait=30", json={"keep_alive": True}).json()
    listing = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    nodes = [
        int(pid)
        for pid, _, words in (line.split(None, 2) for line in listing.splitlines())
        if "-m browser_node" in words and str(running_product.process.pid) in _ancestors(int(pid), listing)
    ]
    browsers = running_product.chromium_pids()
    os.kill(nodes[0], signal.SIGKILL)
    eventually(
        lambda: not any(_is_alive(pid) for pid in browsers), within=2.0, what="the end of the killed node's browsers"
    )
    eventually(lambda: fetch(running_product, session["id"])["end_reason"] == "node_lost", within=45)
    running_product.wait_until_warm()


def test_cycles_of_connect_use_and_disconnect_leave_nothing(running_product: Product) -> None:
    cycle(running_product, rounds=10)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_hundred_cycles_leave_nothing(running_product: Product) -> None:
    cycle(running_product, rounds=100)


def cycle(product: Product, rounds: int) -> None:
    """Connect, use, disconnect; afterwards only what the pool keeps ready is there."""
    alone(product)
    with sync_playwright() as playwright:
        for number in range(rounds):
            browser = playwright.chromium.connect_over_cdp(product.connect_url())
            page = browser.contexts[0].pages[0]
            page.goto(product.site.url)
            assert page.evaluate("1 + 1") == 2, number
            browser.close()
    at_rest(product)
    directories = product.data_dir / "node"
    eventually(lambda: browser_processes(product) == 2, within=20, what="no browser but the two ready ones")
    becomes(lambda: left_over(directories), [], within=20, what="what lies beside their directories")


def alone(product: Product) -> None:
    """Nothing is in use (what other journeys kept is released) and the pool is warm: the next claim need not wait."""
    for email in product.tokens:
        product.api("POST", "/sessions/release", email=email)
    at_rest(product)


def at_rest(product: Product) -> None:
    for state in ("claimed", "running", "stopping"):
        eventually(lambda state=state: not product.sessions(state=state), within=30, what=f"no session {state}")
    product.wait_until_warm()


def browser_processes(product: Product) -> int:
    """Main processes of browsers: those without a --type."""
    count = 0
    for pid in product.chromium_pids():
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read()
        except FileNotFoundError:
            continue
        count += b"--type=" not in words and b"crashpad" not in words
    return count


def left_over(directory: Path) -> list[str]:
    """All directories of browsers, where there are more than those of the two ready ones."""
    found = [entry for entry in directory.rglob("*-*-*-*-*") if entry.is_dir() and len(entry.name) > 36]
    return sorted(str(entry.relative_to(directory)) for entry in found) if len(found) > 2 else []


def _ancestors(pid: int, listing: str) -> set[str]:
    parents = {int(line.split()[0]): int(line.split()[1]) for line in listing.splitlines()}
    found: set[str] = set()
    while pid := parents.get(pid, 0):
        found.add(str(pid))
    return found


def _is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
