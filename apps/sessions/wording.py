"""Finding sessions by a piece of text: name, id or the part of it that pages show, and what is noted on them."""

import re

from django.db.models import Q

from apps.core.identifiers import ALPHABET, LENGTH, VALUES, decode
from apps.sessions.metadata import Mentioned
from apps.sessions.models import BrowserSession

LETTER = f"[{ALPHABET}]"
BEGINNING = re.compile(rf"{BrowserSession.prefix}_({LETTER}{{4,{LENGTH - 1}}})\Z")
TAIL = re.compile(rf"…?({LETTER}{{8}})\Z")  # how rows shorten an id: 40 bits, ten hexadecimal digits


def mentioned(text: str) -> Q:
    key = decode(BrowserSession.prefix, text)
    if key is not None:
        return Q(pk=key)
    if match := BEGINNING.match(text):
        return _between(match[1])
    found = Q(name__icontains=text) | Q(Mentioned(text))
    if match := TAIL.match(text.lower()):
        found |= Q(pk__endswith=f"{_number(match[1]):010x}")
    return found


def _between(letters: str) -> Q:
    """Ids are ordered by their letters, so a beginning is a range of keys."""
    bounds = [decode(BrowserSession.prefix, f"{BrowserSession.prefix}_{letters.ljust(LENGTH, fill)}") for fill in "0z"]
    if None in bounds:
        return Q(pk__in=[])
    return Q(pk__range=bounds)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 32 + VALUES[letter]
    return number
