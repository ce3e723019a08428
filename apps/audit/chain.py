"""Numbering entries and chaining each to the one before; and finding the row that somebody changed.

Done after commit, by the watcher (as events get their position): a chain made while an entry is written would put
every change in the installation behind one lock.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from django.db import transaction

from apps.audit.models import ChainEnd, Entry
from apps.core.secrets import derive

BATCH = 500
FIELDS = ("person_id", "credential", "address", "action", "kind", "thing", "before", "after")


@dataclass(frozen=True)
class Broken:
    """The first place where rows and chain disagree."""

    number: int
    why: str


def seal() -> int:
    """Number and chain one batch of new entries, in the order of writing. Returns how many."""
    if not Entry.objects.filter(number__isnull=True).exists():
        return 0
    key = _key()
    with transaction.atomic():
        ChainEnd.objects.get_or_create(id=1)
        end = ChainEnd.objects.select_for_update().get(id=1)
        new = list(Entry.objects.filter(number__isnull=True).order_by("id")[:BATCH])
        number, chain = end.number, end.chain
        for entry in new:
            number += 1
            chain = link(key, entry, number, chain)
            entry.number, entry.chain = number, chain
        Entry.objects.bulk_update(new, ["number", "chain"])
        ChainEnd.objects.filter(id=1).update(number=number, chain=chain)
    return len(new)


def seal_all() -> int:
    sealed = 0
    while more := seal():
        sealed += more
    return sealed


def verify() -> tuple[int, Broken | None]:
    """How many sealed entries are as they were written, and the first that is not."""
    key, good, chain = _key(), 0, ""
    for entry in _sealed():
        if entry.number != good + 1:
            return good, Broken(good + 1, "is missing")
        chain = link(key, entry, entry.number, chain)
        if not hmac.compare_digest(chain, entry.chain):
            return good, Broken(entry.number, "was changed, or stands in another's place")
        good += 1
    end = ChainEnd.objects.filter(id=1).first()
    if end is not None and (end.number, end.chain) != (good, chain):
        return good, Broken(good + 1, "and what followed was cut off")
    return good, None


def link(key: bytes, entry: Entry, number: int, former: str) -> str:
    told = {name: getattr(entry, name) for name in FIELDS}
    told |= {"id": str(entry.id), "at": entry.at.astimezone(UTC).isoformat(), "number": number, "former": former}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), default=str)
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _sealed() -> Iterator[Entry]:
    return Entry.objects.filter(number__isnull=False).order_by("number").iterator(chunk_size=1000)


def _key() -> bytes:
    """Of the installation: whoever can write the table alone cannot make a chain that fits."""
    return derive("audit").encode()
