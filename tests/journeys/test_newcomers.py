"""An invited person makes an account, adds a passkey and signs in with it alone, in a real Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.windows import Open, Shoot
from tests.support.product import PASSWORD, Product

pytestmark = [pytest.mark.browser]

EMAIL = "newcomer@example.org"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_a_key(page: Page) -> None:
    """Chromium's own software key, in place of a fingerprint."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def test_from_the_invitation_to_a_passkey(running_product: Product, open_page: Open, shoot: Shoot) -> None:
    staff = open_page(running_product.admin_email)
    staff.goto("/settings/invitations/")
    staff.get_by_label("E-mail address").fill(EMAIL)
    staff.get_by_role("button", name="Invite").click()
    link = staff.locator("#invitation-link").inner_text()

    page = open_page()
    with_a_key(page)
    page.goto(link)
    page.goto("/accounts/signup/")
    expect(page.get_by_label("E-mail")).to_have_value(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Once more").fill(PASSWORD)
    page.get_by_role("button", name="Make account").click()
    page.wait_for_url("/")

    page.goto("/settings/second-factor/passkeys/add/")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible(timeout=15_000)
    page.goto("/settings/second-factor/passkeys/")
    expect(page.get_by_text("My laptop")).to_be_visible()
    expect(page.get_by_text("signs in alone")).to_be_visible()
    shoot(page, "passkeys")

    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("/")


def test_enter_in_the_name_of_a_passkey_asks_for_the_passkey(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.user_email)
    page.goto("/settings/second-factor/passkeys/add/")
    page.get_by_label("Your password").fill(running_product.password)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").wait_for()
    page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new DOMException('', 'NotAllowedError')) }"
    )
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("alert").filter(has_text="No passkey was used")).to_be_visible()
