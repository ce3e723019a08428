"""Finding sessions by a piece of text: name, id or the part of it that pages show, and what is noted on them.

A piece of a word is looked for in every row that the actor may see, by no index: of one's own sessions there are few,
and all of 100,000 take staff a tenth of a second. An index for pieces needs an extension of PostgreSQL (pg_trgm), one
for whole words would find something else than SQLite does. Who has millions narrows by time, pool or metadata first.
"""

import re
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from apps.core.identifiers import ALPHABET, LENGTH, VALUES, decode
from apps.sessions.metadata import Mentioned
from apps.sessions.models import BrowserSession

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


def mentioned(text: str) -> Q:
    key = decode(BrowserSession.prefix, text)
    if key is not None:
        return Q(pk=key)
    if match := BEGINNING.match(text):
        return _between(match[1])
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
