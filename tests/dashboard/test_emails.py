"""E-mails in the product's language: as text and as HTML, with the same link."""

import re

import pytest
from django.template.loader import render_to_string

LINK = "https://grid.example.com/go/abc?x=1&y=2"
CONTEXT = {"url": LINK, "activate_url": LINK, "password_reset_url": LINK, "by": "Ann <b>", "team": {"name": "<i>Shop"},
           "invitation": {"get_role_display": "Member"}, "user": {"email": "ann@example.com"}}  # fmt: skip
LETTERS = [
    "emails/invitation",
    "account/email/email_confirmation_message",
    "account/email/email_confirmation_signup_message",
    "account/email/password_reset_key_message",
]


@pytest.mark.parametrize("name", LETTERS)
def test_the_text_carries_the_link_as_it_is(name: str) -> None:
    assert LINK in render_to_string(f"{name}.txt", CONTEXT)


@pytest.mark.parametrize("name", LETTERS)
def test_the_page_carries_the_same_link_and_fetches_nothing(name: str) -> None:
    html = render_to_string(f"{name}.html", CONTEXT)
    assert set(re.findall(r'href="([^"]+)"', html)) == {LINK.replace("&", "&amp;")}
    assert "src=" not in html
    assert "url(" not in html


def test_what_people_write_is_escaped_in_the_page_and_plain_in_the_text() -> None:
    assert "<i>Shop" not in render_to_string("emails/invitation.html", CONTEXT)
    assert "<i>Shop" in render_to_string("emails/invitation.txt", CONTEXT)
