"""The player as a person uses it: what is seen when, and how one gets there."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.journeys.test_accessibility import FADED, faults
from tests.journeys.windows import THEMES
from tests.player.conftest import Play
from tests.player.visit import Visit
from tests.support.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.wide]
Shoot = Callable[[Page, str], None]


def rebuilt(page: Page) -> FrameLocator:
    return page.frame_locator("bg-replay iframe.is-front")


def now(page: Page) -> float:
    return float(page.evaluate("document.querySelector('bg-replay').transport.now"))


def seek(page: Page, t: float) -> None:
    page.evaluate("(t) => document.querySelector('bg-replay').transport.seek(t)", t)


def moment(visit: Visit, lane: str, number: int = 0) -> float:
    return float(visit.track["tracks"][lane][number]["t"])


def pixel(page: Page, u: float, v: float) -> list[int]:
    """Of what is painted under everything, at a share of the picture."""
    found: list[int] = page.evaluate(
        """([u, v]) => { const canvas = document.querySelector("[data-under]");
           return [...canvas.getContext("2d").getImageData(canvas.width * u, canvas.height * v, 1, 1).data] }""",
        [u, v],
    )
    return found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", ["phone", "desk", "wide"])
def test_a_recording_is_seen_at_every_size(play: Play, shoot: Shoot, size: str, theme: str) -> None:
    page = play("?t=6.6&look=studio" if size == "wide" else "?t=6.6", size=size, theme=theme)
    expect(rebuilt(page).get_by_text("Where shall it go?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.wait_for_timeout(200)
    shoot(page, f"{size}-{theme}")


@pytest.mark.clients
@pytest.mark.parametrize("theme", THEMES)
def test_the_player_has_no_grave_fault_of_accessibility(play: Play, theme: str) -> None:
    page = play("?t=6.6&look=studio", theme=theme)
    page.evaluate(FADED, theme)
    assert faults(page) == []
    page.get_by_role("button", name="Export as a film").click()
    page.evaluate(FADED, theme)
    assert faults(page) == []


def test_the_page_says_what_it_said_then(play: Play, visit: Visit) -> None:
    page = play()
    pay = moment(visit, "clicks", -2)
    for t, words in [
        (moment(visit, "clicks", 0) + 500, "Yirgacheffe is in your basket"),
        (moment(visit, "clicks", 1) + 600, "Sidra is in your basket"),
        (moment(visit, "navigation", 1) + 1100, "Ines brings it"),  # in a frame
        (pay + 700, "The bank did not answer. Try once more."),
        (moment(visit, "navigation", 2) + 500, "Order 2417 is on its way"),
        (moment(visit, "clicks", 0) + 500, "Yirgacheffe is in your basket"),  # and back again
    ]:
        seek(page, t)
        expect(rebuilt(page).get_by_text(words)).to_be_visible()


def test_what_was_typed_is_masked(play: Play, visit: Visit) -> None:
    page = play(f"?t={moment(visit, 'clicks', -2) / 1000}")
    expect(rebuilt(page).get_by_label("Name")).to_have_value("*" * len("Ada Lovelace"))


def test_the_film_shows_the_same(play: Play, visit: Visit, shoot: Shoot) -> None:
    page = play(f"?view=video&t={moment(visit, 'navigation', 1) / 1000 + 0.8}")
    eventually(lambda: min(pixel(page, 0.5, 0.9)[:3]) > 230, within=10, what="the paper of the shop")
    eventually(lambda: max(pixel(page, 0.108, 0.587)[:3]) < 90, within=10, what="the button “Place order”")
    shoot(page, "video")


def test_it_plays_and_pauses_by_the_keyboard(play: Play) -> None:
    page = play("?t=1")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    eventually(lambda: now(page) > 1300, within=10, what="a later time")
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    stopped = now(page)
    page.keyboard.press(".")
    assert now(page) - stopped == pytest.approx(1000 / 30, abs=1)
    page.keyboard.press("Home")
    assert now(page) == 0
    page.keyboard.press("l")
    assert now(page) == 10_000
    page.keyboard.press(">")
    expect(page.locator("[data-rate]")).to_have_text("2×")


def test_one_goes_from_moment_to_moment(play: Play, visit: Visit) -> None:
    page = play()
    seek(page, moment(visit, "clicks", 0) - 200)
    page.get_by_role("button", name="Next moment").click()
    assert now(page) == pytest.approx(moment(visit, "clicks", 0))
    page.keyboard.press("]")
    assert now(page) == pytest.approx(moment(visit, "clicks", 1))
    page.keyboard.press("[")
    assert now(page) == pytest.approx(moment(visit, "clicks", 0))


def test_the_timeline_leads_to_where_it_is_pressed(play: Play, visit: Visit) -> None:
    page = play()
    lanes = page.locator("[data-lanes]").bounding_box()
    assert lanes is not None
    page.mouse.click(lanes["x"] + lanes["width"] / 2, lanes["y"] + 5)
    assert now(page) == pytest.approx(visit.track["duration"] / 2, abs=60)
    page.locator('[data-lane="marks"] .flag').first.hover()
    expect(page.locator("[data-tip]")).to_contain_text("Checkout")
    slider = page.get_by_role("slider", name="Position")
    slider.focus()
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^0:\d\d\.\d$"))
    page.keyboard.press("Home")
    assert now(page) == 0


def test_moments_are_found_by_their_words(play: Play, visit: Visit) -> None:
    page = play()
    page.get_by_role("searchbox", name="Find a moment").fill("refused")
    found = page.locator(".moment")
    expect(found).to_have_count(2)  # the console's line, and the error
    found.first.get_by_role("button").click()
    assert now(page) == pytest.approx(moment(visit, "errors", -1), abs=30)
    page.get_by_role("searchbox").fill("")
    page.locator("bg-moments").get_by_text("Network").locator("..").click()
    expect(found).to_have_count(len(visit.track["tracks"]["network"]))
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_text("Nothing of that kind happened")).to_be_visible()


def test_a_link_leads_to_this_moment_as_it_looks(play: Play) -> None:
    page = play("?t=2.5&look=studio")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seek(page, 4200)
    page.get_by_role("button", name="Copy a link to this moment").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"\?t=4\.2&look=studio&view=page$", link)
    page.goto(link)
    page.wait_for_selector("bg-replay[data-ready]")
    assert now(page) == 4200
    expect(page.get_by_role("region", name="Studio")).to_be_visible()


def test_the_studio_follows_what_is_done(play: Play, visit: Visit, shoot: Shoot) -> None:
    page = play("?look=studio")
    seek(page, 0)
    assert scene(page)["view"]["z"] == pytest.approx(1)
    click = moment(visit, "clicks", 0)
    seek(page, click + 120)
    there = scene(page)
    assert there["view"]["z"] > 1.6
    assert there["ripples"]
    button = rebuilt(page).locator("[data-name=Yirgacheffe]").evaluate("(one) => one.getBoundingClientRect().toJSON()")
    tip = {axis: (there["pointer"][axis] - there["frame"][axis]) / there["frame"]["scale"] for axis in "xy"}
    assert button["left"] <= tip["x"] <= button["right"]
    assert button["top"] <= tip["y"] <= button["bottom"]
    page.wait_for_timeout(200)
    shoot(page, "studio")
    for name in ("Dusk", "Ember", "Mist"):
        page.get_by_role("radio", name=name).check(force=True)
    before = pixel(page, 0.01, 0.99)
    page.get_by_role("radio", name="Graphite").check(force=True)
    assert pixel(page, 0.01, 0.99) != before


def scene(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("document.querySelector('bg-replay').stage.scene")
    return found


def test_the_same_moment_looks_the_same_however_one_came_to_it(play: Play, visit: Visit) -> None:
    page = play("?look=studio")
    at = moment(visit, "clicks", 1) + 300
    pictures = []
    for way in ([at], [0, at], [visit.track["duration"], at], [at - 2000, at - 1000, at - 300, at]):
        for t in way:
            seek(page, t)
        pictures.append(page.evaluate(PICTURE, at))
    assert len(set(pictures)) == 1


PICTURE = """async (t) => {
  const { stage } = document.querySelector("bg-replay");
  await stage.page.at(t);
  const { svg } = await stage.page.ask({ do: "picture" });
  return svg + JSON.stringify(stage.scene);
}"""


def test_a_slider_of_the_studio_keeps_its_keys(play: Play) -> None:
    page = play("?t=2.5&look=studio")
    page.get_by_role("slider", name="Padding").press("Home")
    assert page.get_by_role("slider", name="Padding").input_value() == "0"
    assert now(page) == 2500


def test_what_was_chosen_is_remembered(play: Play) -> None:
    page = play()
    page.get_by_text("Studio").first.click()
    page.get_by_role("radio", name="Ember").check(force=True)
    page.reload()
    page.wait_for_selector("bg-replay[data-ready]")
    expect(page.get_by_role("radio", name="Ember")).to_be_checked()


def test_a_recording_that_is_not_ready_is_awaited(play: Play) -> None:
    page = play(track={"dom": [], "video": None}, is_ready=False)
    expect(page.locator("[data-says]")).to_have_text("This recording is being made ready…")
