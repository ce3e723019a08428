"""Sessions as a person works with them: made in the sheet, joined by what is copied, found, kept as a view, ended."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.windows import PICTURES, SIZES, THEMES, Open, Shoot, is_too_wide, until_live
from tests.support.product import Product

pytestmark = [pytest.mark.browser]
READY = 20_000


@pytest.fixture
def mine(running_product: Product) -> Iterator[list[str]]:
    """Ids of sessions that a journey made, ended after it."""
    made: list[str] = []
    yield made
    for session in made:
        running_product.api("DELETE", f"/sessions/{session}")


def make(product: Product, made: list[str], **fields: object) -> str:
    session = product.api("POST", "/sessions?wait=30", json=fields).json()
    made.append(session["id"])
    return str(session["id"])


def test_a_session_is_made_in_the_sheet_and_joined_by_what_was_copied(
    running_product: Product, chromium: Browser, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.admin_email)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=running_product.url)
    page.goto("/sessions/")
    page.get_by_role("link", name="New session").first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Name").fill("checkout flow")
    sheet.get_by_label("Another size").fill("wide")
    sheet.get_by_label("Key 1").fill("order")
    sheet.get_by_label("Value 1").fill("42")
    sheet.get_by_label("Key 2").fill("step")
    expect(sheet.get_by_label("Key 3")).to_be_visible()
    sheet.get_by_text("The same as an API call").click()
    expect(sheet.locator("#new-call")).to_contain_text('"order": "42"')
    shoot(page, "session-sheet")
    sheet.get_by_role("button", name="Start session").click()
    expect(sheet.locator(".errors")).to_contain_text("Give it as 1280x720")
    sheet.get_by_label("Another size").fill("")
    sheet.get_by_role("button", name="Start session").click()
    page.wait_for_url(re.compile("/sessions/ses_"))
    until_live(page)
    expect(page.locator("#session-join")).to_contain_text("••••", timeout=READY)
    page.get_by_role("button", name="Copy Playwright Py").click()
    expect(page.locator("[data-client=playwright-python] bg-copy[data-done]")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    expect(page.locator("#session-join")).to_contain_text("••••")
    address = re.search(r'"(http[^"]+ticket=[^"•]+)"', copied)
    assert address is not None
    client = chromium.browser_type.connect_over_cdp(address[1])
    client.contexts[0].pages[0].goto(running_product.site.url)
    expect(page.locator("#session-head")).to_contain_text("Running")
    expect(page.locator("#session-story")).to_contain_text("Client connected")
    page.get_by_role("button", name="Show the address").click()
    expect(page.locator("#join-playwright-python")).to_contain_text(address[1])
    page.locator(".tabbed").get_by_text("Clients", exact=True).first.click()
    expect(page.locator("#session-clients")).to_contain_text("By the session's page")
    shoot(page, "session-clients")
    client.close()
    page.get_by_role("button", name="Release").click()
    expect(page.locator("#session-ending")).to_contain_text("You released this session", timeout=READY)


def opened_without(script: str, page: Page, path: str) -> list[Route]:
    """The page at the path, and the requests for its script of that name, which wait to be let on."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    address = re.compile(f"/{script}[.][^/]*js$")
    page.route(address, hold)
    with page.expect_request(address):
        page.goto(path, wait_until="commit")
    return held


def test_rows_for_metadata_come_for_what_was_typed_before_the_script_was_there(
    running_product: Product, open_page: Open
) -> None:
    page = open_page(running_product.admin_email)
    held = opened_without("forms", page, "/sessions/new/")
    page.get_by_label("Key 2").fill("order")
    expect(page.get_by_label("Key 3")).to_have_count(0)
    held[0].continue_()
    expect(page.get_by_label("Key 3")).to_be_visible()


def test_an_address_copied_before_the_script_was_there_is_not_the_mask(
    running_product: Product, open_page: Open, mine: list[str]
) -> None:
    page = open_page(running_product.admin_email)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=running_product.url)
    held = opened_without("session", page, f"/sessions/{make(running_product, mine, keep_alive=True)}/")
    page.get_by_role("button", name="Copy Playwright Py").click()
    held[0].continue_()
    expect(page.locator("[data-client=playwright-python] bg-copy[data-done]")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "ticket=" in copied
    assert "•" not in copied


def test_what_is_noted_on_a_session_is_changed_in_place(
    running_product: Product, open_page: Open, mine: list[str]
) -> None:
    page = open_page(running_product.admin_email)
    session = make(running_product, mine, metadata={"order": "41"})
    page.goto(f"/sessions/{session}/")
    until_live(page)
    page.get_by_text("Name and metadata").click()
    page.get_by_label("Name", exact=True).fill("night run")
    page.get_by_label("Value 1").fill("42")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="night run")).to_be_visible()
    expect(page.locator("#session-facts")).to_contain_text("42")
    page.get_by_role("button", name="+15 min").click()
    expect(page.locator(".toaster")).to_contain_text(re.compile("Extended|as long as its pool"))


def test_sessions_are_found_and_the_filter_is_kept_as_a_view(
    running_product: Product, open_page: Open, shoot: Shoot, mine: list[str]
) -> None:
    make(running_product, mine, name="of order 42", metadata={"order": "42"})
    make(running_product, mine, name="of order 43", metadata={"order": "43"})
    page = open_page(running_product.admin_email)
    page.goto("/sessions/")
    page.get_by_role("searchbox", name="Search").fill("metadata.order=42")
    expect(page.locator("tbody tr", has_text="of order 43")).to_have_count(0)
    expect(page.locator("tbody tr", has_text="of order 42")).to_have_count(1)
    page.get_by_text("Live", exact=True).click()
    page.wait_for_url("/sessions/?state=live&metadata.order=42")
    page.get_by_text("Save view").click()
    page.get_by_label("Name of this view").fill("Order 42")
    shoot(page, "sessions-save-view")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toaster")).to_contain_text("is saved")
    page.goto("/sessions/")
    page.get_by_role("link", name="Order 42", exact=True).click()
    expect(page.locator("tbody tr", has_text="of order 43")).to_have_count(0)
    shoot(page, "sessions-view")
    page.get_by_role("button", name="Remove “Order 42”").click()
    expect(page.get_by_role("link", name="Order 42", exact=True)).to_have_count(0)


def test_several_are_released_at_once_after_one_more_question(
    running_product: Product, open_page: Open, shoot: Shoot, mine: list[str]
) -> None:
    made = [make(running_product, mine, name=f"to go {number}") for number in (1, 2)]
    page = open_page(running_product.admin_email)
    page.goto("/sessions/?q=to+go&state=live")
    until_live(page)
    page.locator("main").focus()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    bar = page.get_by_role("region", name="Selection")
    expect(bar).to_contain_text("2 selected")
    page.keyboard.press("r")
    expect(bar).to_contain_text("Their clients are cut off")
    shoot(page, "sessions-release")
    page.keyboard.press("Escape")
    expect(bar).to_contain_text("2 selected")
    page.keyboard.press("r")
    bar.get_by_role("button", name="Release 2 sessions").click()
    for session in made:
        expect(page.locator(f"#row-{session}[data-state=completed]")).to_be_visible(timeout=READY)
    expect(page.locator(".toaster")).to_contain_text("2 sessions released")


def test_several_are_released_at_once_on_a_phone(
    running_product: Product, open_page: Open, shoot: Shoot, mine: list[str]
) -> None:
    made = [make(running_product, mine, name=f"thumbed {number}") for number in (1, 2, 3)]
    page = open_page(running_product.admin_email, size="phone")
    page.goto("/sessions/?q=thumbed&state=live")
    until_live(page)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.get_by_role("button", name="Select").tap()
    bar = page.get_by_role("region", name="Selection")
    expect(bar.get_by_role("button", name="Release")).to_be_disabled()
    bar.get_by_role("button", name="All").tap()
    page.locator(f"#row-{made[0]}").get_by_role("checkbox").tap()
    expect(bar).to_contain_text("2 selected")
    shoot(page, "sessions-select-phone")
    bar.get_by_role("button", name="Release").tap()
    bar.get_by_role("button", name="Release 2 sessions").tap()
    for session in made[1:]:
        expect(page.locator(f"#row-{session}[data-state=completed]")).to_be_visible(timeout=READY)
    expect(page.locator(f"#row-{made[0]}")).not_to_have_attribute("data-state", "completed")
    expect(page.get_by_role("checkbox")).to_have_count(0)


def test_a_list_goes_on_by_itself_when_one_scrolls(
    running_product: Product, open_page: Open, mine: list[str], shoot: Shoot
) -> None:
    make(running_product, mine, name="stays")
    page = open_page(running_product.admin_email, size="phone")
    page.goto("/sessions/")
    expect(page.locator("tbody tr", has_text="stays").first).to_be_visible()
    if page.locator(".more-row").count():
        number = page.locator("tbody tr[id]").count()
        page.locator(".more-row").scroll_into_view_if_needed()
        expect(page.locator("tbody tr[id]").nth(number)).to_be_attached()


@pytest.mark.wide
@pytest.mark.parametrize("size", [size for size in SIZES if size != "huge"])
def test_the_pages_of_sessions_fit_every_window(
    size: str, running_product: Product, chromium: Browser, open_page: Open, shoot: Shoot, mine: list[str]
) -> None:
    page = open_page(running_product.admin_email, size=size)

    def fits(name: str) -> None:
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            assert not is_too_wide(page, size), (name, theme)
            if PICTURES:
                shoot(page, f"{name}-{size}-{theme}")

    session = make(
        running_product, mine, name="checkout flow", metadata={"order": "42", "a-long-key-of-notes": "x" * 80}
    )
    address = running_product.api("GET", f"/sessions/{session}").json()["connect_url"]
    client = chromium.browser_type.connect_over_cdp(address)
    for path, name in (
        ("/sessions/", "sessions"),
        ("/sessions/?state=live&since=24h&metadata.order=42&end_reason=idle", "sessions-filtered"),
        ("/sessions/new/", "sessions-new"),
        (f"/sessions/{session}/", "session-one"),
    ):
        page.goto(path)
        until_live(page)
        fits(name)
    page.goto("/sessions/?state=live&since=24h")
    page.get_by_text("Save view").click()
    fits("sessions-saving")
    page.locator(".filters summary").click()
    fits("sessions-narrowing")
    page.goto("/sessions/")
    page.get_by_role("link", name="New session").first.click()
    expect(page.get_by_role("dialog").get_by_label("Name")).to_be_visible()
    fits("session-sheet")
    client.close()


def test_a_full_pool_gives_a_place_in_the_queue_that_becomes_the_session(
    running_product: Product, open_page: Open, shoot: Shoot, mine: list[str]
) -> None:
    small = {"name": "one-at-a-time", "min": 0, "max": 1, "max_concurrency": 1}
    pool = running_product.api("POST", "/pools", json=small).json()["id"]
    first = make(running_product, mine, pool=pool)
    page = open_page(running_product.admin_email)
    for leaves in (True, False):
        page.goto(f"/sessions/new/?pool={pool}")
        page.get_by_role("button", name="Start session").click()
        expect(page.get_by_role("heading", name="Place 1 in the queue")).to_be_visible()
        if leaves:
            shoot(page, "session-queue")
            page.get_by_role("button", name="Leave the queue").click()
            expect(page.locator(".toaster")).to_contain_text("You left the queue")
    running_product.api("DELETE", f"/sessions/{first}")
    page.wait_for_url(re.compile("/sessions/ses_"), timeout=READY)
    page.get_by_role("button", name="Release").click()
    expect(page.locator("#session-head[data-state=completed]")).to_be_visible(timeout=READY)
    running_product.api("DELETE", f"/pools/{pool}")
