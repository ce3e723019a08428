"""What has happened since a position, as the messages a tab gets: hints which parts to ask for anew, and toasts."""

from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from apps.access.actor import Actor
from apps.core.identifiers import encode
from apps.dashboard.live.losses import Shown, look
from apps.dashboard.live.notices import notice
from apps.dashboard.live.wants import Wants
from apps.events.models import Event
from apps.events.queries import after, last_position
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

BATCH = 200  # more than this at once: the page asks for everything instead


@dataclass(frozen=True)
class Told:
    """`position` is how far has been read, also where nothing was worth a message; `shown` is for the next look."""

    position: int
    shown: Shown
    messages: list[dict[str, Any]] = field(default_factory=list)


@sync_to_async(thread_sensitive=False)
def read(actor: Actor, wants: Wants, position: int | None, shown: Shown) -> Told:
    """In a thread of the common pool, whose connection is given back: a tab must not keep one for its whole life."""
    try:
        now, losses = look(actor, wants.topics, shown)
        reached, messages = _read(actor, wants, position)
        return Told(reached, now, messages + [{"position": reached, **loss} for loss in losses])
    finally:
        close_old_connections()


def _read(actor: Actor, wants: Wants, position: int | None) -> tuple[int, list[dict[str, Any]]]:
    last = last_position()
    if position is None or position == last:
        return last, []
    if position > last:  # the page knows more than there is: another database, or a restored one
        return last, [{"is": "reload", "position": last}]
    events = list(after(actor, position, limit=BATCH))
    if len(events) == BATCH:
        return last, [{"is": "reload", "position": last}]
    messages = [message for event in events for message in _messages(event, actor, wants)]
    reached = events[-1].position if events else None
    return max(last, reached or 0), messages


def _messages(event: Event, actor: Actor, wants: Wants) -> list[dict[str, Any]]:
    """Ids and the type; the facts are asked for by the parts that show them."""
    facts = {
        "type": event.type,
        "session": encode(BrowserSession.prefix, event.session_id) if event.session_id else None,
        "pool": encode(Pool.prefix, event.pool_id) if event.pool_id else None,
    }
    names = {*facts.values(), event.type.partition(".")[0]}
    told: list[dict[str, Any]] = []
    if names & wants.topics:
        told.append({"is": "change", "position": event.position, **facts})
    said = notice(event, actor)
    if said is not None:
        told.append({"is": "toast", "position": event.position, **said})
    return told
