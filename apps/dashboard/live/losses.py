"""What a page shows and its person may see no longer: a share was withdrawn, a team was left.

No event tells them so, for events are told to those who see what they are about. So all that is on the page is looked
at when it says what it shows, and what others own of it again at each look.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.access.actor import Actor
from apps.core.identifiers import decode
from apps.events.catalog import EventType
from apps.pools.queries import visible_pools
from apps.sessions.models import BrowserSession
from apps.sessions.queries import visible_sessions

Message = dict[str, Any]
NO_LONGER = "You can no longer see a {thing} that was shared with you."


@dataclass(frozen=True)
class Shown:
    """Ids on the page. `theirs`: what others own and let the person see. `lost`: what the page was told to be gone."""

    topics: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()


def look(actor: Actor, topics: frozenset[str], before: Shown) -> tuple[Shown, list[Message]]:
    """How it stands now, and what to tell of it, each loss once. Where nothing is another's it asks nothing."""
    asked = before.theirs if topics == before.topics else topics
    if actor.sees_all or actor.user is None or not asked:
        return Shown(topics, lost=before.lost), []
    owners = _owners(visible_sessions(actor), asked) | _owners(visible_pools(actor), asked)
    gone = {word for word, owner in owners.items() if owner is None}
    theirs = {word for word, owner in owners.items() if owner not in {None, actor.user.pk}}
    told = [message for word in sorted(gone - before.lost) for message in _told(word, before)]
    return Shown(topics, frozenset(theirs), frozenset(before.lost - theirs | gone)), told


def _owners(seen: QuerySet[Any], words: frozenset[str]) -> dict[str, UUID | None]:
    """Of those words that are ids of such rows; None for an id that is not among them."""
    keys = {key: word for word in words if (key := decode(seen.model.prefix, word))}
    if not keys:
        return {}
    found = dict(seen.filter(pk__in=keys).values_list("pk", "owner_id"))
    return {word: found.get(key) for key, word in keys.items()}


def _told(word: str, before: Shown) -> list[Message]:
    """The page asks for the parts that show it, and finds them gone; the person is told of what was there before."""
    is_session = decode(BrowserSession.prefix, word) is not None
    event = EventType.SESSION_UNSHARED if is_session else EventType.POOL_UNSHARED
    change = {"type": event, "session": word if is_session else None, "pool": None if is_session else word}
    said = NO_LONGER.format(thing="session" if is_session else "pool")
    toast = {"level": "warning", "message": said, "group": str(event), "many": said.replace(" a ", " {n} ")}
    return [{"is": "change", **change}, *([{"is": "toast", **toast}] if word in before.theirs else [])]
