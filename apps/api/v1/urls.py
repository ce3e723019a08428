"""Addresses of version 1. Each answers with and without a slash at its end."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from apps.api.v1 import claims, events, me, pools, releasing, session_more, sessions, tokens
from apps.api.v1.claiming import holding


def both(route: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    return [path(route, view, name=name), path(f"{route}/", view)]


app_name = "v1"
urlpatterns = [
    *both("sessions", holding(sessions.Sessions.as_view()), "sessions"),
    *both("sessions/release", releasing.ReleaseMany.as_view(), "sessions-release-many"),
    *both("sessions/<str:id>", sessions.Session.as_view(), "session"),
    *both("sessions/<str:id>/release", releasing.Release.as_view(), "session-release"),
    *both("sessions/<str:id>/host-root", session_more.SessionHostRoot.as_view(), "session-host-root"),
    *both("sessions/<str:id>/events", session_more.SessionEvents.as_view(), "session-events"),
    *both("claims/<str:id>", claims.ClaimOne.as_view(), "claim"),
    *both("pools", pools.Pools.as_view(), "pools"),
    *both("pools/<str:id>", pools.PoolOne.as_view(), "pool"),
    *both("pools/<str:id>/stats", pools.PoolStats.as_view(), "pool-stats"),
    *both("pools/<str:id>/claim", holding(pools.PoolClaim.as_view()), "pool-claim"),
    *both("pools/<str:id>/drain", pools.PoolDrain.as_view(), "pool-drain"),
    *both("pools/<str:id>/flush", pools.PoolFlush.as_view(), "pool-flush"),
    *both("tokens", tokens.Tokens.as_view(), "tokens"),
    *both("tokens/<str:id>", tokens.TokenOne.as_view(), "token"),
    *both("events", events.Events.as_view(), "events"),
    *both("me", me.Me.as_view(), "me"),
]
