"""Signing out everywhere in the running product: two seconds later no device, socket or token of theirs works."""

import time
from collections.abc import Callable
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import Page
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.journeys.windows import Open, Shoot, until_live
from tests.support.eventually import eventually
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.alone]

PERSON = "user@browsergrid.local"
WITHIN_SECONDS = 2.0
BY_COOKIE = """async (path) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(path, { method: "POST", body: "{}",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
  return [answer.status, await answer.json()];
}"""


@pytest.fixture
def windows(open_page: Open) -> list[Page]:
    """Three devices of one person, each with an open page that is kept live."""
    pages = [open_page(PERSON, anew=True) for _ in range(3)]
    for page in pages:
        page.goto("/settings/devices/")
        until_live(page)
    return pages


def made(page: Page, path: str) -> dict[str, str]:
    """What the API makes for the cookie of that page."""
    status, answer = page.evaluate(BY_COOKIE, f"/api/v1/{path}")
    assert status in {200, 201}, answer
    return {name: str(value) for name, value in answer.items()}


def is_closed(socket: ClientConnection) -> bool:
    try:
        while True:
            socket.recv(timeout=0)
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False


def is_at_the_door(page: Page) -> bool:
    return "/accounts/login/" in page.url


def live_line(product: Product, page: Page) -> ClientConnection:
    """The socket that keeps a tab true, with that browser's cookie."""
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
    told = {"Cookie": cookies, "Origin": product.url}
    return connect(f"{product.ws}/live", additional_headers=told, proxy=None)


def test_nothing_works_two_seconds_later(
    running_product: Product, windows: list[Page], shoot: Shoot, record_property: Callable[[str, object], None]
) -> None:
    here = windows[0]
    handed_out = made(here, "sessions?wait=30")["connect_url"]  # with a ticket of this browser's sign-in
    token = here.evaluate(BY_COOKIE.replace('"{}"', '\'{"name": "journey"}\''), "/api/v1/tokens")[1]["token"]
    claimed = f"{running_product.ws}/connect?token={token}"
    sockets = {"by ticket": connect(handed_out, proxy=None), "by token": connect(claimed, proxy=None)}
    sockets |= {f"device {number}": live_line(running_product, page) for number, page in enumerate(windows)}
    with ExitStack() as stack:
        for socket in sockets.values():
            stack.enter_context(socket)
            assert not is_closed(socket)
        here.reload()
        shoot(here, "devices")
        here.get_by_label("Revoke my API tokens too").check()
        began = time.monotonic()
        here.get_by_role("button", name="Sign out everywhere").click(no_wait_after=True)
        ended: dict[str, float] = {}

        def all_ended() -> bool:
            for name in sockets.keys() - ended.keys():
                if is_closed(sockets[name]):
                    ended[name] = round(time.monotonic() - began, 3)
            return len(ended) == len(sockets)

        eventually(all_ended, within=10, what="the end of every socket")
    record_property("ended_after_seconds", ended)
    assert max(ended.values()) < WITHIN_SECONDS, ended
    for page in windows:
        page.wait_for_url("**/accounts/login/**", timeout=10_000)  # each asked who this is, by itself
    told = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{running_product.url}/api/v1/me", headers=told, trust_env=False).status_code == 401
    for page in windows:
        page.goto("/sessions/")
        assert is_at_the_door(page)
    with pytest.raises(Exception, match="401"), connect(handed_out, proxy=None):
        pass
