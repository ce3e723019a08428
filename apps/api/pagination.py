"""Pages of a list by key: a cursor names the row where the page begins, so that new rows shift nothing."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from apps.api.endpoint import number_of
from apps.api.outer import outside_of
from apps.core.errors import Invalid

M = TypeVar("M", bound=Model)
LONGEST, USUAL = 200, 50
SECRETS = {"token", "ticket"}  # never in an address that we hand out


@dataclass(frozen=True)
class Page(Generic[M]):
    rows: list[M]
    next: str | None
    previous: str | None

    def as_json(self, shape: Callable[[M], dict[str, Any]]) -> dict[str, Any]:
        return {"results": [shape(row) for row in self.rows], "next": self.next, "previous": self.previous}


@dataclass(frozen=True)
class Key:
    """The column that orders the list, unique and never changing; `read` turns a cursor's text into its value."""

    column: str
    read: Callable[[str], Any]
    ascending: bool = False

    def value(self, row: Model) -> str:
        return str(getattr(row, self.column))


BY_ID = Key("id", UUID)
BY_POSITION = Key("position", int)
BY_SEQUENCE = Key("sequence", int, ascending=True)


Take = Callable[[QuerySet[M], int], tuple[list[M], Any]]  # rows in order, at most so many; where it goes on, or None


def page_of(rows: QuerySet[M], request: Request, key: Key = BY_ID, take: Take[M] | None = None) -> Page[M]:
    """The page that `?cursor=` and `?limit=` ask for. `take` may find fewer and yet go on. Raises Invalid."""
    limit = number_of(request, "limit", usual=USUAL, least=1, most=LONGEST)
    backward, value = _cursor(request, key)
    ascending = key.ascending != backward
    if value is not None:
        rows = rows.filter(**{f"{key.column}__{'gt' if ascending else 'lt'}": value})
    found, end = (take or partial(_first, key))(rows.order_by(key.column if ascending else f"-{key.column}"), limit)
    begin = None if value is None else key.value(found[0]) if found else end
    if backward:
        found.reverse()
        begin, end = end, begin
    return Page(
        found,
        next=_address(request, f">{end}") if end is not None else None,
        previous=_address(request, f"<{begin}") if begin is not None else None,
    )


def _first(key: Key, rows: QuerySet[M], most: int) -> tuple[list[M], Any]:
    found = list(rows[: most + 1])
    return found[:most], key.value(found[most - 1]) if len(found) > most else None


def _cursor(request: Request, key: Key) -> tuple[bool, Any]:
    text = request.GET.get("cursor", "")
    if not text:
        return False, None
    try:
        word = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
        if word[:1] not in {"<", ">"} or len(word) > 64:
            raise ValueError(word)
        return word[0] == "<", key.read(word[1:])
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise Invalid("invalid", "cursor: Not one of ours.", fields={"cursor": "Not one of ours."}) from error


def _address(request: Request, word: str) -> str:
    return address_with(request, "cursor", base64.urlsafe_b64encode(word.encode()).decode().rstrip("="))


def address_with(request: Request, name: str, value: str) -> str:
    """The address that was asked for, with that parameter in place of its own, and without any secret."""
    query = [(each, one) for each, values in request.GET.lists() for one in values if each not in SECRETS | {name}]
    query.append((name, value))
    return f"{outside_of(request._request).origin.http}{request.path}?{urlencode(query)}"  # noqa: SLF001
