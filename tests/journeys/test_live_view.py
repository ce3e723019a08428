"""A session as people see it live: on its page, on the wall, behind a ticket; taken over, and handed back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.windows import Open, Shoot, until_live
from tests.support.product import Product

pytestmark = [pytest.mark.browser]
SHOWN = 20_000
PAGE = """<title>Order 42</title><body style="margin:0;font:32px sans-serif;background:#fff">
<p style="margin:40px"><label>Code <input id="code" style="font:inherit"></label> <button id="send" style="font:inherit"
onclick="this.textContent = 'Sent ' + code.value">Send</button></p><p id="now" style="margin:40px"></p>
<script>setInterval(() => { now.textContent = new Date().toISOString() }, 100)</script>"""


@pytest.fixture
def driven(running_product: Product, chromium: Browser) -> Iterator[Page]:
    """The page of an automation; its session lasts as long as the test."""
    token = running_product.tokens[running_product.user_email]
    client = chromium.browser_type.connect_over_cdp(f"{running_product.url}/connect?token={token}")
    page = client.contexts[0].pages[0]
    page.set_content(PAGE)
    yield page
    client.close()


def session_of(page: Page) -> str:
    session = page.context.browser.new_browser_cdp_session()  # type: ignore[union-attr]
    return str(session.send("BrowserGrid.getSession")["sessionId"])


def at(stage: Locator, page: Page, selector: str) -> dict[str, float]:
    """Where on the canvas that element of the page is seen."""
    seen, there = stage.locator("canvas").bounding_box(), page.locator(selector).bounding_box()
    assert seen is not None
    assert there is not None
    size = page.evaluate("[innerWidth, innerHeight]")
    x, y = there["x"] + there["width"] / 2, there["y"] + there["height"] / 2
    return {"x": seen["width"] * x / size[0], "y": seen["height"] * y / size[1]}


def test_a_person_sees_the_page_takes_over_types_and_hands_back(
    driven: Page, running_product: Product, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.user_email)
    page.goto(f"/sessions/{session_of(driven)}/")
    until_live(page)
    stage = page.locator("bg-stage[data-live]")
    expect(stage).to_be_visible(timeout=SHOWN)
    box = stage.locator("canvas").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(1280 / 720, rel=0.01)
    shoot(page, "live-view")
    stage.get_by_role("button", name="Take control").click()
    expect(page.locator("bg-stage[data-control=mine][data-live]")).to_be_visible(timeout=SHOWN)
    expect(page.locator("#stage-holder")).to_contain_text("You have control")
    stage.locator("canvas").click(position=at(stage, driven, "#code"))
    page.keyboard.type("Grüße 42✓")
    expect(driven.locator("#code")).to_have_value("Grüße 42✓")
    stage.locator("canvas").click(position=at(stage, driven, "#send"))
    expect(driven.locator("#send")).to_have_text("Sent Grüße 42✓")
    shoot(page, "takeover")
    stage.get_by_role("button", name="Hand back").click()
    expect(page.locator("#stage-holder")).not_to_contain_text("You have control")
    expect(page.locator("#session-story")).to_contain_text("Control was handed back")


def test_the_automation_asks_for_a_person_and_goes_on_when_they_hand_back(
    driven: Page, running_product: Product, open_page: Open
) -> None:
    page = open_page(running_product.user_email)
    page.goto("/")
    until_live(page)
    session = session_of(driven)
    path = f"/sessions/{session}/takeover"
    owner = {"email": running_product.user_email}
    running_product.api("POST", path, json={"reason": "A code was sent to your phone.", "timeout": 60}, **owner)
    toast = page.locator(".toaster")
    expect(toast).to_contain_text("asks you to take over. A code was sent to your phone.")
    toast.get_by_role("link", name="Take over").click()
    page.wait_for_url(re.compile(session))
    expect(page.locator("#stage-holder")).to_contain_text("The automation asks you to take over.")
    expect(page.locator("bg-stage[data-live]")).to_be_visible(timeout=SHOWN)
    page.get_by_role("button", name="Take control").click()
    expect(page.locator("bg-stage[data-control=mine][data-live]")).to_be_visible(timeout=SHOWN)
    assert running_product.api("GET", path, **owner).json()["state"] == "held"
    page.get_by_role("button", name="Hand back").click()
    expect(page.locator("#stage-holder")).to_be_hidden()
    assert running_product.api("GET", path, **owner).status_code == 404


def test_a_page_of_another_size_is_shown_in_its_own_shape(
    driven: Page, running_product: Product, open_page: Open
) -> None:
    page = open_page(running_product.user_email)
    page.goto(f"/sessions/{session_of(driven)}/")
    expect(page.locator("bg-stage[data-live]")).to_be_visible(timeout=SHOWN)
    driven.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("bg-stage")).to_have_attribute("style", re.compile("--page-width: 390"), timeout=SHOWN)
    box = page.locator("bg-stage canvas").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(390 / 844, rel=0.02)


def test_the_wall_shows_every_running_session_and_leads_to_it(
    driven: Page, running_product: Product, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.user_email)
    page.goto("/sessions/wall/")
    tile = page.locator("#wall a").first
    expect(tile.locator("bg-stage[data-live]")).to_be_visible(timeout=SHOWN)
    shoot(page, "wall")
    tile.click()
    page.wait_for_url(re.compile("/sessions/ses_"))


def test_whoever_has_the_address_looks_on_without_signing_in_and_may_not_act(
    driven: Page, running_product: Product, chromium: Browser
) -> None:
    path, owner = f"/sessions/{session_of(driven)}/live", {"email": running_product.user_email}
    made = running_product.api("POST", path, json={"ttl": 60}, **owner).json()
    page = chromium.new_page()
    page.goto(made["url"])
    expect(page.locator("bg-stage[data-live]")).to_be_visible(timeout=SHOWN)
    expect(page.get_by_role("button", name="Take control")).to_have_count(0)
    page.locator("bg-stage canvas").click()
    page.keyboard.type("nothing")
    page.evaluate("document.querySelector('bg-stage').send({type: 'text', text: 'nothing'})")
    expect(driven.locator("#code")).to_have_value("")
    running_product.api("DELETE", f"{path}/{made['id']}", **owner)
    expect(page.locator("[data-say]")).to_contain_text("no longer valid", timeout=5_000)
    assert page.context.cookies() == []
    page.close()
