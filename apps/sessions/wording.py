"""Finding sessions by a piece of text: name, id or the part of it that pages show, and what is noted on them.

A piece of a word is looked for row by row, by no index: one for pieces needs an extension of PostgreSQL (pg_trgm), one
for whole words would find something else than SQLite does. So one answer looks through a stretch of the list, as long
however many sessions there are, and the next goes on from its end.
"""

import re
from typing import Any, NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from apps.core.identifiers import ALPHABET, LENGTH, VALUES, decode
from apps.sessions.metadata import Mentioned
from apps.sessions.models import BrowserSession

SCAN = 2500  # rows of one stretch: about as dear as a page of 50; of twice as many the planner would sort a whole pool
LETTER = f"[{ALPHABET}]"
BEGINNING = re.compile(rf"{BrowserSession.prefix}_({LETTER}{{4,{LENGTH - 1}}})\Z")
TAIL = re.compile(rf"…?({LETTER}{{8}})\Z")  # how rows shorten an id: 40 bits, ten hexadecimal digits


class Ending(Func):
    """Whether the key ends with these ten hexadecimal digits. Django's own `endswith` rewrites every key first."""

    output_field = BooleanField()

    def __init__(self, digits: str) -> None:
        super().__init__(F("pk"))
        self.extra = {"digits": digits}

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        column, parameters = compiler.compile(self.get_source_expressions()[0])
        return f"substr({column}, -10) = %s", [*parameters, self.extra["digits"]]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        column, parameters = compiler.compile(self.get_source_expressions()[0])
        return f"right({column}::text, 10) = %s", [*parameters, self.extra["digits"]]


class Found(NamedTuple):
    """`end` is the key behind which the list goes on, if it does: even where fewer rows than asked were found."""

    rows: list[BrowserSession]
    end: UUID | None


def search(rows: QuerySet[BrowserSession], text: str, most: int) -> Found:
    """The first of `rows` that mention `text`; they are in order of their keys, and begin where the reader stands.

    `rows` are narrowed by all else: of what is few after that, nothing is left for a second answer.
    """
    named = _by_id(text)
    if not text or named is not None:
        found = list((rows.filter(named) if named is not None else rows)[: most + 1])
        return Found(found[:most], found[most - 1].pk if len(found) > most else None)
    seen = list(rows.annotate(is_hit=_by_words(text)).values_list("pk", "is_hit")[: SCAN + 1])
    hits = [key for key, is_hit in seen[:SCAN] if is_hit]
    end = hits[most - 1] if len(hits) > most else seen[SCAN - 1][0] if len(seen) > SCAN else None
    return Found(list(rows.filter(pk__in=hits[:most])) if hits else [], end)


def mentioned(text: str) -> Q:
    named = _by_id(text)
    return named if named is not None else _by_words(text)


def _by_id(text: str) -> Q | None:
    """Where the text is an id or its beginning: the index of keys finds it at any distance."""
    key = decode(BrowserSession.prefix, text)
    if key is not None:
        return Q(pk=key)
    match = BEGINNING.match(text)
    return _between(match[1]) if match else None


def _by_words(text: str) -> Q:
    found = Q(name__icontains=text) | Q(Mentioned(text))
    if match := TAIL.match(text.lower()):
        found |= Q(Ending(f"{_number(match[1]):010x}"))
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
