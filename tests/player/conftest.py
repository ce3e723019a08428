"""A signed-in person's player in a real Chromium, over a recording that is made once for all tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from apps.accounts.models import User
from apps.sessions.models import BrowserSession
from tests.journeys.windows import CHROMIUM, PICTURES, SIZES
from tests.player import visit as visits
from tests.player.served import HOST, Served

Play = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Playwright's loop runs on this thread from here on, which Django would take for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        options = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visit(chromium: Browser) -> visits.Visit:
    return visits.made(chromium)


@pytest.fixture
def served(
    make_user: Callable[..., User],
    claimed_session: Callable[..., BrowserSession],
) -> Served:
    """The replay page of a session of Ann's and the sandbox; recordings are put beside them by `play`."""
    ann = make_user(email="ann@example.com")
    session = claimed_session(ann, name="checkout flow")
    client = Client()
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    served = Served()
    served.page("/replay/", client.get(f"/sessions/{session.public_id}/replay/"))
    served.page("/replay/frame/", client.get("/replay/frame/"))
    headers, body = served.answers["/replay/"]
    body = body.replace(f"/sessions/{session.public_id}/replay/".encode(), b"/replay/").replace(
        b'class="replay" data-empty', b'class="replay"'
    )
    served.answers["/replay/"] = (headers, body)
    return served


def is_complaint(said: ConsoleMessage) -> bool:
    """Tests read back what was painted, which a canvas remarks upon."""
    return said.type in {"error", "warning"} and not said.text.startswith("Canvas2D")


@pytest.fixture
def play(served: Served, visit: visits.Visit, chromium: Browser) -> Iterator[Play]:
    """`play(query="", size="desk", theme="light", track=…)`: the player, once it is ready. Its complaints fail."""
    complaints: list[str] = []
    contexts = []

    def opened(
        query: str = "",
        size: str = "desk",
        theme: str = "light",
        track: dict[str, object] | None = None,
        is_ready: bool = True,
    ) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, has_touch=size == "phone",
            is_mobile=size == "phone", accept_downloads=True,
        )  # fmt: skip
        contexts.append(context)
        served.data("/replay/track.json", visit.track | (track or {}))
        served.data("/replay/dom.json", visit.scrubbed())
        served.file("/replay/video.webm", visit.film, "video/webm")
        for path in ("/live/notices/", "/live/tally/"):
            served.data(path, {})
        page = context.new_page()
        served.attach(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.route_web_socket("**/live*", lambda socket: None)  # open, and silent
        page.goto(f"{HOST}/replay/{query}")
        if is_ready:
            page.wait_for_selector("bg-replay[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def shoot(tmp_path: Path) -> Callable[[Page, str], None]:
    """Saves a picture, under BROWSERGRID_PICTURES where that is set."""
    folder = Path(PICTURES) if PICTURES else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def taken(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"player-{name}.png")

    return taken
