"""The administration in a real Chromium: its theme does what it does without breaking the policy of its pages.

A complaint of the browser fails the test: see `windows.open_page`.
"""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.journeys.windows import Open
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.wide]


def lists() -> list[str]:
    names = [model._meta for model in admin.site._registry]
    found = [f"admin:{meta.app_label}_{meta.model_name}_{page}" for meta in names for page in ("changelist", "add")]
    return [reverse(name) for name in found]


def test_its_pages_break_no_policy(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email)
    for path in ("/admin/", *lists()):
        answer = page.goto(path)
        assert answer is not None
        if answer.ok:
            page.wait_for_selector("[x-cloak]", state="detached")
            assert page.evaluate("'Alpine' in window")


def test_its_rail_and_its_actions_work(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email)
    page.goto("/admin/pools/pool/")
    page.locator("#result_list input[type=checkbox]").last.check()
    page.get_by_text("1 of", exact=False).first.wait_for()
    page.locator("#result_list tbody a").first.click()
    page.wait_for_url("**/change/")
    assert page.locator("input[name=name]").input_value()
