"""A person's own data as a zip of JSON files, written as it is read: however much it is, little of it is in memory."""

import json
import zipfile
from collections.abc import Iterator

from django.db import transaction

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.personal.chapters import CHAPTERS, as_json
from apps.recordings.zipping import PIECE, Sink, entry

ABOUT = """What BrowserGrid holds about you, one file for each kind. Times are UTC. Secrets are in none of them:
of tokens there are the first letters and the last four, of passwords and second factors nothing.
"""


def export(user: User, *, actor: Actor) -> Iterator[bytes]:
    """The archive in pieces. What is told of it in the audit is told before the first one."""
    with transaction.atomic():
        record(actor, Action.ACCOUNT_EXPORTED, user)
    return _pieces(user)


def _pieces(user: User) -> Iterator[bytes]:
    sink = Sink()
    now = clock.now()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload] # it only writes
        archive.writestr(entry("about.txt", now), ABOUT)
        for chapter in CHAPTERS:
            with archive.open(entry(f"{chapter.name}.json", now), "w", force_zip64=True) as file:
                separator = "[\n"
                for row in chapter.rows(user):
                    file.write(f"{separator}{json.dumps(row, default=as_json, ensure_ascii=False)}".encode())
                    separator = ",\n"
                    yield from sink.taken(least=PIECE)
                file.write(b"[]\n" if separator == "[\n" else b"\n]\n")
            yield from sink.taken()
    yield from sink.taken()
