"""A letter is written once, as text. Its HTML is made from it here, so that both always say the same.

Paragraphs stand apart by empty lines. One of two lines, `What to do:` above an address, becomes a button; other
addresses stay text. What follows a line of `--` is the small print.
"""

import re
from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

SMALL_PRINT = "\n--\n"
DEED = re.compile(r"(?P<label>[^\n]+):\n(?P<url>https?://\S+)")


@dataclass(frozen=True)
class Paragraph:
    """A deed has an address; without one it is only to be read."""

    text: str
    url: str = ""


def paragraphs(text: str) -> list[Paragraph]:
    found = (part.strip() for part in re.split(r"\n\s*\n", text))
    return [
        Paragraph(deed["label"], deed["url"]) if (deed := DEED.fullmatch(part)) else Paragraph(part)
        for part in found
        if part
    ]


def page_of(subject: str, text: str) -> str:
    """The same letter as HTML: our colours, both themes, one column, nothing fetched."""
    body, _, small = text.partition(SMALL_PRINT)
    context = {"subject": subject, "paragraphs": paragraphs(body), "small": paragraphs(small)}
    return render_to_string("emails/letter.html", context)


def with_page(message: EmailMultiAlternatives) -> EmailMultiAlternatives:
    """The message, which has its text, with the HTML beside it."""
    message.attach_alternative(page_of(str(message.subject), str(message.body)), "text/html")
    return message
