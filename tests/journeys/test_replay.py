"""From a recorded session to its replay, through the whole product."""

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.windows import Open, Shoot
from tests.support.eventually import eventually
from tests.support.product import Product
from tests.support.site import Page as SitePage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
STORED = 60.0
FIRST = b"""<!doctype html><title>First</title><style>body { font: 20px sans-serif; margin: 60px }</style>
<h1>The first page</h1><button onclick="h.textContent='It was pressed'">Press</button><p id=h></p>"""


def recorded(product: Product, chromium: Browser, kind: str) -> str:
    """A session of Ann's that visited two pages and clicked, and has ended."""
    made = product.api(
        "POST", "/sessions?wait=30", json={"record": kind, "keep_alive": True, "name": "recorded"}
    ).json()
    client = chromium.browser_type.connect_over_cdp(made["connect_url"])
    page = client.contexts[0].pages[0]
    page.set_viewport_size({"width": 1000, "height": 600})
    product.site.pages["/first"] = SitePage(FIRST)
    page.goto(product.site.url)
    page.goto(f"{product.site.url}/first")
    time.sleep(1)  # part of what is recorded: the page stands still before the click
    page.mouse.click(*centre(page, "button"))
    expect(page.locator("#h")).to_have_text("It was pressed")
    time.sleep(1.5)  # and after it
    client.close()
    product.api("DELETE", f"/sessions/{made['id']}")
    return str(made["id"])


def centre(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_what_was_recorded_is_replayed(
    running_product: Product, chromium: Browser, open_page: Open, shoot: Shoot
) -> None:
    session = recorded(running_product, chromium, "all")
    window = open_page(running_product.admin_email)

    def track() -> dict:
        answer = window.request.get(f"/sessions/{session}/replay/track.json")
        return answer.json() if answer.ok else {}

    known = eventually(
        lambda: (found := track()) and found["video"] and found["dom"] and found, within=STORED, what="a track"
    )
    (click, *_) = known["tracks"]["clicks"]
    window.goto(f"/sessions/{session}/replay/?t={click['t'] / 1000 - 0.5}")
    window.wait_for_selector("bg-replay[data-ready]")
    rebuilt = window.frame_locator("bg-replay iframe.is-front")
    expect(rebuilt.get_by_role("heading", name="The first page")).to_be_visible()
    expect(rebuilt.locator("#h")).to_have_text("")
    window.evaluate("(t) => document.querySelector('bg-replay').transport.seek(t)", click["t"] + 600)
    expect(rebuilt.get_by_text("It was pressed")).to_be_visible()
    shoot(window, "replay")
    window.get_by_text("Video", exact=True).click()
    eventually(
        lambda: window.evaluate("document.querySelector('bg-replay').stage.video.element.readyState") >= 2,
        what="the video",
    )
    shoot(window, "replay-video")
