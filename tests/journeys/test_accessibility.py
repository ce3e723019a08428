"""No page has a serious or critical fault of accessibility, in either theme, as axe-core sees it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.pages import Things, is_whole_page, paths
from tests.journeys.windows import THEMES, Open
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.clients, pytest.mark.timeout(600), pytest.mark.wide]
AXE = Path(__file__).resolve().parents[1] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
FADED = """async (theme) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const fades = (one) => one instanceof CSSTransition && one.playState === "running";
  const fading = () => document.getAnimations().filter(fades);
  do await frame();
  while (!matchMedia(`(prefers-color-scheme: ${theme})`).matches);
  for (let left = fading(); left.length; left = fading()) {
    left.forEach((one) => one.finish());
    await frame();
  }
}"""  # colours fade when the theme changes, and one that is half-way has no contrast


def faults(page: Page, *, of_colour: bool = False) -> list[str]:
    """All there are; `of_colour`: those alone that another theme may have."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    rules = {"runOnly": ["color-contrast", "link-in-text-block"]} if of_colour else {}
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(document, options).then(r => r.violations)", {"resultTypes": ["violations"], **rules}
    )
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:160]} ({len(fault['nodes'])} in all)"
        for fault in found
        if fault["impact"] in GRAVE
    ]


def examined(page: Page, addresses: list[str]) -> dict[tuple[str, str], list[str]]:
    """What is wrong with each address in each theme."""
    page.emulate_media(reduced_motion="reduce")
    found = {}
    for path in addresses:
        if is_whole_page(page, path):
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                page.evaluate(FADED, theme)
                found[path, theme] = faults(page, of_colour=theme != THEMES[0])
    assert found, "no page was found"
    return {place: wrong for place, wrong in found.items() if wrong}


def test_no_page_has_a_grave_fault(running_product: Product, open_page: Open, things: Things) -> None:
    assert examined(open_page(running_product.admin_email), paths(things)) == {}


def test_no_page_outside_has_a_grave_fault(running_product: Product, open_page: Open, things: Things) -> None:
    assert examined(open_page(), paths(things, outside=True)) == {}


def test_what_a_phone_shows_has_no_grave_fault(running_product: Product, open_page: Open, things: Things) -> None:
    """Its frame is another one: symbols stand for words."""
    session = f"/sessions/{things.ids['sessions']}/"
    assert examined(open_page(running_product.admin_email, size="phone"), ["/", "/sessions/", session, "/pools/"]) == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("opened", ["palette", "keys", "menu", "bell", "toast"])
def test_what_floats_has_no_grave_fault(opened: str, theme: str, running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email, theme=theme)
    page.emulate_media(reduced_motion="reduce")
    page.goto("/sessions/")
    page.wait_for_selector("bg-live[data-up]", state="attached")
    if opened == "palette":
        page.keyboard.press("Control+k")
        page.wait_for_selector(".palette [role=option] kbd")
    elif opened == "keys":
        page.keyboard.press("?")
        page.wait_for_selector("dialog.keys[open]")
    elif opened == "menu":
        page.locator(".me > summary").click()
    elif opened == "bell":
        page.locator(".bell > summary").click()
        page.wait_for_selector("#notices")
    else:
        page.evaluate(
            "document.dispatchEvent(new CustomEvent('bg:toast', {detail: {level: 'error', message: 'It failed.'}}))"
        )
    assert faults(page) == []
