"""What a person sees, signed in with a real Chromium, while clients come and go. Each journey leaves a picture."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.product import Product

pytestmark = [pytest.mark.browser]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/lib/chromium/chromium")
SIZES = {"phone": (390, 844), "desk": (1280, 800), "wide": (1920, 1080)}
Open = Callable[..., Page]
Shoot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def open_page(running_product: Product, chromium: Browser) -> Iterator[Open]:
    """`open_page(email="", size="desk", theme="light")`: a window of its own; its complaints fail the test."""
    complaints: list[str] = []
    contexts = []

    def opened(email: str = "", size: str = "desk", theme: str = "light", scripts: bool = True) -> Page:
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
        if email:
            sign_in(page, email, running_product.password)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    """Saves a picture, under BROWSERGRID_PICTURES where that is set."""
    folder = Path(os.environ.get("BROWSERGRID_PICTURES", str(tmp_path)))
    folder.mkdir(parents=True, exist_ok=True)

    def taken(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"dashboard-{name}.png", animations="disabled")

    return taken


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")


def until_live(page: Page) -> None:
    page.wait_for_selector("bg-live[data-up]", state="attached")


def use_a_browser(product: Product, chromium: Browser) -> Browser:
    """A client claims a session with Ann's token and opens a page."""
    client = chromium.browser_type.connect_over_cdp(product.connect_url())
    client.contexts[0].pages[0].goto(product.site.url)
    return client


def test_a_session_appears_runs_and_ends_without_reloading(
    running_product: Product, chromium: Browser, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.admin_email)
    page.goto("/sessions/")
    until_live(page)
    page.evaluate("window.neverReloaded = true")
    client = use_a_browser(running_product, chromium)
    row = page.locator("tbody tr[data-state=running]").first
    expect(row).to_be_visible()
    clock = row.locator("bg-duration")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before, timeout=3000)
    shoot(page, "sessions")
    name = row.get_attribute("id")
    client.close()
    ended = page.locator(f"#{name}[data-state=completed]")
    expect(ended).to_contain_text("Your client disconnected", timeout=10_000)
    assert page.evaluate("window.neverReloaded") is True


def test_a_session_is_released_from_its_row(running_product: Product, open_page: Open) -> None:
    session = running_product.api("POST", "/sessions?wait=30", json={"name": "to be released"}).json()
    page = open_page(running_product.admin_email)
    page.goto("/sessions/")
    until_live(page)
    row = page.locator(f"#row-{session['id']}")
    row.get_by_role("button", name="Release").click()
    expect(page.locator(f"#row-{session['id']}[data-state=completed]")).to_be_visible(timeout=15_000)
    assert running_product.api("GET", f"/sessions/{session['id']}").json()["end_reason"] == "admin"


def test_the_session_page_tells_the_story_as_it_happens(
    running_product: Product, chromium: Browser, open_page: Open, shoot: Shoot
) -> None:
    made = running_product.api("POST", "/sessions?wait=30", json={"name": "checkout flow", "metadata": {"order": "42"}})
    session = made.json()
    page = open_page(running_product.admin_email)
    page.goto(f"/sessions/{session['id']}/")
    until_live(page)
    expect(page.get_by_role("heading", name="checkout flow")).to_be_visible()
    expect(page.get_by_role("heading", name="Join this session")).to_be_visible()
    client = chromium.browser_type.connect_over_cdp(session["connect_url"])
    expect(page.locator("#session-head")).to_contain_text("Running")
    expect(page.locator("#session-story")).to_contain_text("Client connected")
    shoot(page, "session")
    client.close()
    running_product.api("DELETE", f"/sessions/{session['id']}")
    expect(page.locator("#session-ending")).to_contain_text("You released this session", timeout=15_000)
    expect(page.locator("#session-join")).to_be_empty()
    expect(page.locator("#session-head[data-state=completed]")).to_be_visible(timeout=15_000)
    shoot(page, "session-ended")


def test_a_newcomer_runs_the_snippet_that_the_page_shows(
    running_product: Product, chromium: Browser, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.admin_email)
    page.goto("/")
    if page.get_by_role("button", name="Put a token in").is_visible():
        page.get_by_role("button", name="Put a token in").click()
    until_live(page)
    token = page.locator("#new-token").inner_text()
    code = page.locator("#connect-playwright-python").inner_text()
    assert token in code
    shoot(page, "overview")
    address = re.search(r'"(http[^"]+)"', code)
    assert address is not None
    client = chromium.browser_type.connect_over_cdp(address[1])
    expect(page.locator("#tally")).not_to_have_attribute("data-running", "0")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("favicon-live"))
    client.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_overview_shows_a_working_day(
    theme: str, running_product: Product, chromium: Browser, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.admin_email, theme=theme)
    page.goto("/")
    if page.get_by_role("button", name="Put a token in").is_visible():
        page.get_by_role("button", name="Put a token in").click()
    mine = {"Authorization": f"Bearer {page.locator('#new-token').inner_text()}"}

    def session(name: str) -> dict[str, str]:
        made = running_product.api("POST", "/sessions?wait=30", headers=mine, json={"name": name}).json()
        return {key: str(made[key]) for key in ("id", "connect_url")}

    over, watched, waiting = session("login as guest"), session("checkout flow"), session("price watch")
    running_product.api("DELETE", f"/sessions/{over['id']}", headers=mine)
    client = chromium.browser_type.connect_over_cdp(watched["connect_url"])
    page.goto("/")
    until_live(page)
    latest = page.locator("#recent")
    expect(latest).to_contain_text("Running")
    expect(latest).to_contain_text("Completed", timeout=15_000)
    expect(page.locator("bg-strip a.cell[data-state=claimed]")).not_to_have_count(0)
    shoot(page, f"working-day-{theme}")
    client.close()
    for ended in (watched, waiting):
        running_product.api("DELETE", f"/sessions/{ended['id']}", headers=mine)


def test_a_copied_snippet_is_the_snippet(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email)
    page.goto("/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=running_product.url)
    page.get_by_text("Puppeteer", exact=True).click()
    snippet = page.locator("[data-client=puppeteer]")
    snippet.get_by_role("button", name="Copy Puppeteer").click()
    expect(snippet.locator("bg-copy[data-done]")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#connect-puppeteer").inner_text().strip()


def test_a_pool_is_made_changed_and_deleted(running_product: Product, open_page: Open, shoot: Shoot) -> None:
    page = open_page(running_product.admin_email)
    page.goto("/pools/new/")
    page.get_by_role("textbox", name="Name").fill("journey")
    page.get_by_label("Kept warm").fill("0")
    page.get_by_label("Alive at once").fill("4")
    expect(page.locator("bg-pool-preview .cell")).to_have_count(4)
    page.get_by_role("button", name="Make pool").click()
    expect(page.get_by_role("heading", name="journey", exact=True)).to_be_visible()
    expect(page.locator(".strip.large .cell")).to_have_count(4)
    shoot(page, "pool")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete pool").click()
    expect(page.locator(".toaster")).to_contain_text("is deleted")


def test_a_token_is_made_shown_once_and_revoked(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email)
    page.goto("/tokens/new/")
    page.get_by_role("textbox", name="Name").fill("journey")
    page.get_by_role("button", name="Make token").click()
    secret = page.locator("#made-token").inner_text()
    page.get_by_role("link", name="I have copied it").click()
    expect(page.locator("body")).not_to_contain_text(secret)
    row = page.locator("tr", has_text="journey")
    row.get_by_role("link", name="Revoke").click()
    page.locator("dialog[open]").get_by_role("button", name="Revoke").click()
    expect(page.locator("summary", has_text="expired or revoked")).to_be_visible()


def test_everything_is_reached_by_keyboard(running_product: Product, open_page: Open) -> None:
    running_product.api("POST", "/sessions?wait=30", json={"name": "by keyboard"})
    page = open_page(running_product.admin_email)
    page.goto("/sessions/?state=live")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Selection")).to_contain_text("1 selected")
    page.keyboard.press("o")
    page.wait_for_url(re.compile("/sessions/ses_"))
    page.get_by_role("button", name="Release").click()
    expect(page.locator(".toaster")).to_contain_text("Released")


def test_a_page_is_whole_without_scripts(running_product: Product, open_page: Open) -> None:
    running_product.api("POST", "/sessions?wait=30", json={"name": "scriptless"})
    page = open_page(running_product.admin_email, scripts=False)
    page.goto("/sessions/?state=live")
    row = page.locator("tr", has_text="scriptless")
    row.get_by_role("button", name="Release").click()
    expect(page.locator(".toaster")).to_contain_text("Released")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
def test_no_page_is_wider_than_its_window(
    size: str, theme: str, running_product: Product, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.admin_email, size=size, theme=theme)
    for path in (
        "/",
        "/sessions/",
        "/pools/",
        "/pools/new/",
        "/tokens/",
        "/tokens/new/",
        "/settings/",
        "/accounts/email/",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        shoot(page, f"{path.strip('/').replace('/', '-') or 'overview'}-{size}-{theme}")
