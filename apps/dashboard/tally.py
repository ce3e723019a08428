"""How many sessions of mine are in use: beside "Sessions" in the rail, and the favicon's dot."""

from django.http import HttpRequest

from apps.dashboard.asking import actor_of, mine
from apps.sessions.lifecycle import IN_USE
from apps.sessions.queries import visible_sessions


def running_of(request: HttpRequest) -> int:
    actor = actor_of(request)
    return visible_sessions(actor).filter(mine(actor), state__in=sorted(IN_USE), stop_requested_at__isnull=True).count()
