"""What is round every page: commands, keys, toasts, and the line that keeps it true."""

import re
import time

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.journeys.windows import Open, Shoot, until_live
from tests.support.product import Product

pytestmark = [pytest.mark.browser]


def toast(page: Page, **facts: object) -> None:
    page.evaluate("(facts) => document.dispatchEvent(new CustomEvent('bg:toast', {detail: facts}))", facts)


def test_commands_lead_to_a_page_by_a_few_letters(page: Page, shoot: Shoot) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("tok")
    option = page.get_by_role("option", name="Tokens", exact=True)
    expect(option).to_be_visible()
    shoot(page, "palette")
    option.click()
    page.wait_for_url("/tokens/")


def test_commands_find_a_session_by_its_name(running_product: Product, page: Page) -> None:
    mine = running_product.api("POST", "/sessions?wait=30", json={"name": "needle in the hay"}).json()
    running_product.api("DELETE", f"/sessions/{mine['id']}")
    page.keyboard.press("Control+k")
    page.keyboard.type(mine["id"])
    expect(page.get_by_role("option", name="needle in the hay")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(mine["id"]))


def test_commands_of_this_page_stay_where_the_server_does_not_answer(page: Page) -> None:
    page.route("**/commands/**", lambda route: route.abort())
    page.keyboard.press("Control+k")
    expect(page.locator(".palette")).to_contain_text("The server did not answer")
    page.keyboard.type("theme")
    expect(page.get_by_role("option", name="Dark theme")).to_be_visible()
    page.unroute("**/commands/**")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Tokens", exact=True)).to_be_visible()


def test_arrows_choose_and_escape_closes(page: Page) -> None:
    page.keyboard.press("Control+k")
    first = page.locator(".palette [role=option]").first
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).to_be_hidden()


def test_the_search_in_the_bar_opens_the_commands(page: Page) -> None:
    page.get_by_role("link", name="Search and commands").click()
    expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()


def test_g_and_a_letter_goes_there(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("/sessions/")


def test_keys_typed_into_a_field_are_letters(page: Page) -> None:
    page.goto("/tokens/new/")
    name = page.get_by_role("textbox", name="Name")
    name.press_sequentially("g s?")
    expect(name).to_have_value("g s?")


def test_the_sheet_lists_the_keys_that_work_here(page: Page, shoot: Shoot) -> None:
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("Sessions")
    expect(sheet).not_to_contain_text("Next row")
    shoot(page, "keys")


def test_toasts_of_one_kind_become_one_that_counts(page: Page, shoot: Shoot) -> None:
    for _ in range(3):
        toast(page, level="error", message="It failed.", group="x", many="{n} sessions failed")
    toast(page, message="Saved.")
    expect(page.locator(".toast")).to_have_count(2)
    expect(page.locator(".toast.error")).to_contain_text("3 sessions failed")
    shoot(page, "toasts")


def test_a_pointer_holds_toasts_and_errors_stay(page: Page) -> None:
    page.clock.install()
    toast(page, level="error", message="It failed.")
    toast(page, message="Saved.")
    page.locator(".toast", has_text="Saved").hover()
    page.clock.run_for(20_000)
    expect(page.locator(".toast", has_text="Saved")).to_be_visible()
    page.mouse.move(10, 10)
    page.clock.run_for(20_000)
    expect(page.locator(".toast", has_text="Saved")).to_have_count(0)
    expect(page.locator(".toast.error")).to_have_count(1)
    page.locator(".toast.error").get_by_role("button", name="Dismiss").click()
    page.clock.run_for(1000)
    expect(page.locator(".toast")).to_have_count(0)


def test_a_broken_line_says_so_and_catches_up(running_product: Product, open_page: Open, shoot: Shoot) -> None:
    page = open_page(running_product.admin_email)
    lines: list[WebSocketRoute] = []
    is_broken = False

    def routed(line: WebSocketRoute) -> None:
        lines.append(line)
        if is_broken:
            line.close(code=1011)
        else:
            line.connect_to_server()

    page.route_web_socket(re.compile("/live$"), routed)
    page.clock.install()
    page.goto("/sessions/")
    until_live(page)
    page.evaluate("window.neverReloaded = true")
    is_broken = True
    lines[0].close(code=1011)
    expect(page.locator(".live-bar")).to_contain_text("No live updates")
    shoot(page, "broken-line")
    made = running_product.api("POST", "/sessions?wait=30", json={"name": "made in the gap"}).json()
    page.clock.pause_at(time.time() + 60)  # so that it does not try by itself
    is_broken = False
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".live-bar")).to_have_count(0)
    page.clock.resume()
    expect(page.locator(f"#row-{made['id']}")).to_be_visible()
    assert page.evaluate("window.neverReloaded") is True


@pytest.mark.alone
def test_signed_out_elsewhere_the_page_leads_to_the_sign_in(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email)
    page.goto("/sessions/")
    until_live(page)
    other = page.context.new_page()
    other.goto("/")
    other.locator(".me > summary").click()
    other.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/accounts/login/"), timeout=4000)


def test_the_bell_fetches_its_notices_when_it_is_opened(page: Page) -> None:
    page.locator(".bell > summary").click()
    expect(page.locator("#notices")).to_be_visible()


def test_on_a_phone_all_places_are_within_reach(running_product: Product, open_page: Open, shoot: Shoot) -> None:
    page = open_page(running_product.admin_email, size="phone")
    page.goto("/")
    page.get_by_text("More", exact=True).click()
    expect(page.locator(".tabbar").get_by_role("link", name="Settings")).to_be_visible()
    shoot(page, "phone-more")


def test_a_forced_theme_is_there_before_any_script(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email, theme="light")
    page.goto("/")
    page.locator(".me > summary").click()
    for _ in range(2):
        page.locator("bg-theme button").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload(wait_until="commit")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
