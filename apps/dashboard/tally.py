"""How many sessions of mine are in use: beside "Sessions" in the rail, and the favicon's dot."""

from django.http import HttpRequest

from apps.dashboard.asking import person
from apps.sessions.usage import sessions_in_use


def in_use_of(request: HttpRequest) -> int:
    key = person(request).pk
    return sessions_in_use([key]).get(key, 0)
