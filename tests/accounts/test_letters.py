"""Letters: written as text, sent with the HTML that is made from it."""

import re
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from apps.accounts.letters import Paragraph, page_of, paragraphs, with_page

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LETTERS = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*_message.txt"))
LINK = "https://grid.example.com/go/abc?x=1&y=2"
CONTEXT = {
    **dict.fromkeys(("url", "activate_url", "password_reset_url", "sign_in_url"), LINK),
    "by": "Ann <b>",
    "team": {"name": "<i>Shop"},
    "invitation": {"get_role_display": "Member"},
    "user": {"email": "ann@example.com"},
    "user_agent": "<script>",
    "home": "https://grid.example.com/",
}


def written(name: str) -> str:
    return render_to_string(name, CONTEXT).strip()


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_says_who_writes_and_why(name: str) -> None:
    text = written(name)
    reason = text.partition("\n--\n")[2]
    assert reason.endswith("BrowserGrid\nhttps://grid.example.com/")
    assert len(reason.splitlines()[0]) > 20


@pytest.mark.parametrize("name", LETTERS)
def test_the_page_carries_the_links_of_the_text_and_fetches_nothing(name: str) -> None:
    text = written(name)
    page = page_of("Hello", text)
    assert (LINK in text) == (LINK.replace("&", "&amp;") in page)
    assert set(re.findall(r'href="([^"]+)"', page)) <= {LINK.replace("&", "&amp;")}
    assert "src=" not in page
    assert "url(" not in page


@pytest.mark.parametrize("name", LETTERS)
def test_what_people_write_is_escaped_in_the_page_and_plain_in_the_text(name: str) -> None:
    text = written(name)
    page = page_of("<i>Shop", text)
    assert [word for word in ("<i>Shop", "<script>", "Ann <b>") if word in page] == []
    assert "&lt;" not in text


def test_a_label_above_an_address_is_a_deed() -> None:
    assert paragraphs(f"Read this.\n\nConfirm:\n{LINK}\n\nWhen: now\nFrom: here") == [
        Paragraph("Read this."),
        Paragraph("Confirm", LINK),
        Paragraph("When: now\nFrom: here"),
    ]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/accounts/", "https://a.example b"])
def test_nothing_but_one_address_of_the_web_is_a_deed(address: str) -> None:
    assert paragraphs(f"Press:\n{address}")[0].url == ""


def test_a_message_is_sent_as_text_with_the_page_beside_it() -> None:
    message = with_page(EmailMultiAlternatives("Hello", "Text.", None, ["ann@example.com"]))
    assert message.body == "Text."
    (page,) = message.alternatives
    assert page[1] == "text/html"
    assert "<h1>Hello</h1>" in str(page[0])
