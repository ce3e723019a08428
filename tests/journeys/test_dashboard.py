"""What a person sees, signed in with a real Chromium, while clients come and go. Each journey leaves a picture."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.windows import Open, Shoot, until_live
from tests.support.product import Product

pytestmark = [pytest.mark.browser]


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
    expect(ended).to_contain_text("The client disconnected", timeout=10_000)
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
    expect(page.locator("#session-ending")).to_contain_text("Its owner released this session", timeout=15_000)
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


@pytest.mark.wide
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
