"""The credentials of signed-in browsers: `web_<person>`, and `web_<person>.<epoch>` once they signed out everywhere.

What was handed out with one (a ticket, an open socket) dies when the person's epoch has moved on, or the person is
suspended. See `User.void_sign_ins`.
"""

from collections.abc import Collection
from uuid import UUID

from apps.accounts.models import User
from apps.core.identifiers import decode

PREFIX = "web_"


def void(credentials: Collection[str]) -> set[str]:
    """Those of signed-in browsers among these that no longer count."""
    people = {word: _parsed(word) for word in credentials if word.startswith(PREFIX)}
    if not people:
        return set()
    keys = {person for person, _ in people.values() if person is not None}
    epochs = dict(User.objects.filter(pk__in=keys, is_active=True).values_list("pk", "sign_out_epoch"))
    return {word for word, (person, epoch) in people.items() if person is None or epochs.get(person) != epoch}


def _parsed(word: str) -> tuple[UUID | None, int]:
    name, _, epoch = word.removeprefix(PREFIX).partition(".")
    return decode("usr", f"usr_{name}"), int(epoch) if epoch.isascii() and epoch.isdecimal() else 0
