"""A person's windows: a real Chromium, signed in, whose complaints fail the test, and pictures of what it shows."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.product import Product

CHROMIUM = os.environ.get("CHROMIUM", "/usr/lib/chromium/chromium")
PICTURES = os.environ.get("BROWSERGRID_PICTURES", "")
THEMES = ("light", "dark")
SIZES = {"phone": (390, 844), "desk": (1280, 800), "wide": (1920, 1080), "huge": (2560, 1440)}
Open = Callable[..., Page]
Shoot = Callable[[Page, str], None]
_signed_in: dict[tuple[str, str], list[Any]] = {}  # cookies by product and person: the form costs seconds
expect.set_options(timeout=15_000)  # what is promised in less says so where it is asked for


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def connect() -> Iterator[Callable[[str], Browser]]:
    """Playwright's connect_over_cdp; every browser it opened is closed afterwards."""
    with sync_playwright() as playwright:
        opened: list[Browser] = []

        def open_browser(address: str) -> Browser:
            opened.append(playwright.chromium.connect_over_cdp(address))
            return opened[-1]

        yield open_browser
        for browser in opened:
            browser.close()


@contextmanager
def automated(product: Product, chromium: Browser, html: str) -> Iterator[Page]:
    """The page of an automation, which shows that; its session lasts as long as the context."""
    token = product.tokens[product.user_email]
    client = chromium.browser_type.connect_over_cdp(f"{product.url}/connect?token={token}")
    page = client.contexts[0].pages[0]
    page.set_content(html)
    yield page
    client.close()


@pytest.fixture
def open_page(running_product: Product, chromium: Browser) -> Iterator[Open]:
    """`open_page(email="", size="desk", theme="light")`: a window of its own; its complaints fail the test.

    A person's windows are one device, unless `anew`.
    """
    complaints: list[str] = []
    contexts = []

    def opened(
        email: str = "", size: str = "desk", theme: str = "light", scripts: bool = True, anew: bool = False
    ) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, java_script_enabled=scripts,
            base_url=running_product.url, has_touch=size == "phone", is_mobile=size == "phone",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None
        )
        if email and (anew or not _is_known(page, running_product, email)):
            sign_in(page, email, running_product.password)
            if not anew:
                _signed_in[running_product.url, email] = context.cookies()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(running_product: Product, open_page: Open) -> Page:
    """The administrator's overview, live."""
    opened = open_page(running_product.admin_email)
    opened.goto("/")
    until_live(opened)
    return opened


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    """Saves a picture, under BROWSERGRID_PICTURES where that is set."""
    folder = Path(PICTURES) if PICTURES else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def taken(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"dashboard-{name}.png", animations="disabled")

    return taken


def _is_known(page: Page, product: Product, email: str) -> bool:
    """Whether the cookies of an earlier window still hold."""
    cookies = _signed_in.get((product.url, email))
    if cookies is None:
        return False
    page.context.add_cookies(cookies)
    page.goto("/")
    return page.url == f"{product.url}/"


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("/")


def is_too_wide(page: Page, size: str) -> bool:
    """For its window; a phone's `innerWidth` says nothing, for it grows with what does not fit."""
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return wide > SIZES[size][0]


def until_live(page: Page) -> None:
    """The line is up, and what the page's own elements do (keys, for one) is there.

    Asked by selectors: our policy lets no function be waited for in the page, unless it is true at once.
    """
    page.wait_for_selector("bg-live[data-up]", state="attached")
    page.wait_for_selector(":not(:defined)", state="detached")
