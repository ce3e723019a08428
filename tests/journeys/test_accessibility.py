"""No page has a serious or critical fault of accessibility, in either theme, as axe-core sees it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.pages import Things, is_whole_page, paths
from tests.journeys.windows import Open
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.clients, pytest.mark.timeout(600)]
AXE = Path(__file__).resolve().parents[1] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}


def faults(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"
    )
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:160]} ({len(fault['nodes'])} in all)"
        for fault in found
        if fault["impact"] in GRAVE
    ]


def examined(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    page.emulate_media(reduced_motion="reduce")
    whole = [path for path in addresses if is_whole_page(page, path)]
    assert whole, "no page was found"
    found = {}
    for path in whole:
        page.goto(path)
        page.wait_for_load_state()
        found[path] = faults(page)
    return {path: wrong for path, wrong in found.items() if wrong}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_grave_fault(theme: str, running_product: Product, open_page: Open, things: Things) -> None:
    page = open_page(running_product.admin_email, theme=theme)
    assert examined(page, paths(things)) == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_outside_has_a_grave_fault(
    theme: str, running_product: Product, open_page: Open, things: Things
) -> None:
    page = open_page(theme=theme)
    assert examined(page, paths(things, outside=True)) == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
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
