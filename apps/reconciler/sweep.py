"""Deadlines: wishes written for whatever is overdue. Each second; where nothing is due nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.events import bus
from apps.sessions import claims, connections, takeover
from apps.sessions.lifecycle import EndReason, Outcome
from apps.sessions.queries import SHORTEST_IDLE, idle, never_connected, overdue
from apps.sessions.quotas import used_up
from apps.sessions.services import ask_to_stop


@dataclass(frozen=True)
class Swept:
    ended: int
    connections: int
    claims: int


def sweep(now: datetime) -> Swept:
    """Write the wishes that time makes, close what lapsed gateways left, expire what nobody attends."""
    lapsed = connections.close_lapsed(now)
    ended = _end(never_connected(now), EndReason.NO_CONNECT, now, still=Q(connect_deadline__lte=now))
    ended += _end(overdue(now), EndReason.MAX_DURATION, now, still=Q(expires_at__lte=now))
    ended += _end(idle(now), EndReason.IDLE, now, still=Q(activity__last_at__lt=now - SHORTEST_IDLE))
    takeover.end_overdue(now)
    return Swept(ended=ended, connections=lapsed, claims=claims.expire_unattended(now))


def end_used_up(now: datetime) -> int:
    """Running sessions whose people, or teams, have no minutes left today. Apart from `sweep`: it sums up a day."""
    return _end(used_up(now), EndReason.QUOTA, now, still=Q())


def _end(keys: list[UUID], reason: EndReason, now: datetime, *, still: Q) -> int:
    if not keys:
        return 0
    with transaction.atomic():
        ended = ask_to_stop(keys, outcome=Outcome.TIMED_OUT, reason=reason, now=now, still=still)
        bus.hint_after_commit(bus.Topic.RECONCILE)
    return ended
