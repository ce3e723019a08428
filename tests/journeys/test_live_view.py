"""A session as people see it live: on its page, on the wall, behind a ticket; taken over, and handed back."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.windows import Open, Shoot, automated, is_too_wide, until_live
from tests.support.eventually import eventually
from tests.support.product import Product

pytestmark = [pytest.mark.browser]
SHOWN = 20_000
PAGE = """<title>Order 42</title><style>
body { margin: 0; height: 100vh; display: grid; place-items: center; font: 26px/1.5 sans-serif; background: #eef0f4 }
main { width: 640px; padding: 44px 56px; border-radius: 20px; color: #223; background: #fff }
h1 { margin: 0; font-size: 36px }
p { margin: 8px 0 28px; color: #566 }
label { display: block; font-weight: bold }
input, button { font: inherit; padding: 10px 18px; border: 2px solid #99a; border-radius: 10px }
button { border-color: #246; background: #246; color: #fff }
#now { margin: 28px 0 0; font-size: 18px }
</style><main><h1>Is this you?</h1><p>We sent a code to your phone for order 42.</p>
<label for="code">Code</label> <input id="code" size="12"> <button id="send"
onclick="this.textContent = 'Sent ' + code.value">Send</button><p id="now"></p></main>
<script>setInterval(() => { now.textContent = new Date().toISOString() }, 100)</script>"""

SHOP = """<title>The tea shop</title><style>
body { margin: 0; padding: 48px 64px; font: 22px/1.5 sans-serif; background: #fff; color: #223 }
i { position: fixed; inset: 0 auto auto 0; width: 28px; height: 28px; background: #f00 }
section { display: grid; grid-template-columns: repeat(3, 1fr); gap: 24px }
div { padding: 24px; border: 1px solid #ccd; border-radius: 12px; background: #f7f8fa }
button { font: inherit; padding: 8px 20px; border: 0; border-radius: 8px; background: #175; color: #fff }
</style><i></i><h1>The tea shop</h1><section></section><p id="basket">Your basket is empty.</p><script>
const teas = ["Assam", "Sencha", "Oolong", "Darjeeling", "Matcha", "Rooibos"]
document.querySelector("section").innerHTML = teas.map(tea =>
  `<div><b>${tea}</b><p>50 g, loose leaves</p><button id="${tea}">Add</button></div>`).join("")
document.onclick = ({ target }) => { if (target.id) basket.textContent = `${target.id} is in your basket.` }
</script>"""
WATCH = """stage => {
  const corner = () => [...stage.canvas.getContext("2d").getImageData(8, 8, 1, 1).data.slice(0, 3)]
  const seen = window.seen = { most: 0, nearest: 1 }
  const look = () => {
    requestAnimationFrame(look)
    const scene = stage.behind?.scene
    if (!scene) return
    seen.most = Math.max(seen.most, stage.behind.held.count)
    seen.nearest = Math.max(seen.nearest, scene.view.z)
    if (scene.pointer) seen.pointer ??= Date.now()
    if (scene.ripples.length) seen.ripple ??= Date.now()
    if (scene.view.z > 1.5) seen.near ??= Date.now()
    if (scene.view.z > 1.7) seen.corner ??= corner()
    seen.first ??= corner()
    seen.last = corner()
  }
  look()
}"""
BEHIND = "document.querySelector('bg-stage').behind"


@pytest.fixture
def driven(running_product: Product, chromium: Browser) -> Iterator[Page]:
    """The page of an automation; its session lasts as long as the test."""
    with automated(running_product, chromium, PAGE) as page:
        yield page


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
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_text("A few seconds behind")).to_be_visible()
    running_product.api("DELETE", f"{path}/{made['id']}", **owner)
    expect(page.locator("[data-say]")).to_contain_text("no longer valid", timeout=5_000)
    assert page.context.cookies() == []
    page.close()


def until(page: Page, is_so: str) -> None:
    eventually(lambda: page.evaluate(f"Boolean({is_so})"), within=SHOWN / 1000, what=is_so)


def follow(page: Page, driven: Page) -> Locator:
    """The stage of that session, as far behind as it gets."""
    driven.set_content(SHOP)
    page.goto(f"/sessions/{session_of(driven)}/")
    stage = page.locator("bg-stage")
    expect(page.locator("bg-stage[data-live]")).to_be_visible(timeout=SHOWN)
    stage.evaluate(WATCH)
    stage.get_by_role("button", name="Follow").click()
    expect(stage.get_by_role("button", name="Follow", pressed=True)).to_be_visible()
    expect(stage.get_by_text("A few seconds behind")).to_be_visible()
    until(page, f"{BEHIND}?.scene && performance.now() - {BEHIND}.since > 5500")
    return stage


def test_a_follower_sees_the_pointer_and_the_click_up_close_some_seconds_later(
    driven: Page, running_product: Product, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.user_email)
    stage = follow(page, driven)
    driven.click("#Matcha")
    clicked = time.time() * 1000
    until(page, "seen.corner && seen.ripple")
    shoot(page, "follow")
    seen = page.evaluate("seen")
    for name in ("pointer", "near", "ripple"):
        assert 1500 < seen[name] - clicked < 4000, (name, seen, clicked)
    assert seen["pointer"] < seen["ripple"]
    assert is_red(seen["first"]), "the whole page, before"
    assert not is_red(seen["corner"]), "one part of it, near"
    stage.get_by_role("button", name="Follow").press("Space")
    expect(stage.get_by_text("A few seconds behind")).to_be_hidden()
    until(page, f"!{BEHIND} && document.querySelector('bg-stage canvas').width === 1280")


@pytest.mark.wide
def test_what_a_follower_holds_is_bounded_and_one_frame_out_of_sight(
    driven: Page, running_product: Product, open_page: Open
) -> None:
    page = open_page(running_product.user_email)
    stage = follow(page, driven)
    driven.evaluate("setInterval(() => { basket.textContent = performance.now() }, 16)")
    until(page, "seen.most >= 20")
    began = page.evaluate(f"{BEHIND}.t")
    until(page, f"{BEHIND}.t > {began} + 4000")
    assert 20 <= page.evaluate("seen.most") <= 120
    stage.evaluate("it => { it.style.display = 'none' }")
    until(page, f"{BEHIND}.held.count === 1 && !{BEHIND}.tick")
    stage.evaluate("it => { it.style.display = '' }")
    until(page, f"{BEHIND}.held.count > 5")


def test_a_follower_who_wants_no_motion_is_not_moved_and_one_who_takes_control_is_not_behind(
    driven: Page, running_product: Product, open_page: Open, shoot: Shoot
) -> None:
    page = open_page(running_product.user_email, size="phone", theme="dark")
    page.emulate_media(reduced_motion="reduce")
    stage = follow(page, driven)
    driven.click("#Matcha")
    until(page, f"seen.ripple && !{BEHIND}.scene.ripples.length")
    shoot(page, "follow-phone-dark")
    assert page.evaluate("seen.nearest") == 1
    assert not is_too_wide(page, "phone")
    stage.get_by_role("button", name="Take control").click()
    expect(page.locator("bg-stage[data-control=mine][data-live]")).to_be_visible(timeout=SHOWN)
    assert page.evaluate(f"!{BEHIND}")
    expect(stage.get_by_role("button", name="Follow")).to_be_hidden()


def is_red(pixel: list[int]) -> bool:
    return pixel[0] > 200 and pixel[1] < 80 and pixel[2] < 80
