"""What needs a look: quotas that are nearly used up, why sessions failed today, tokens that stop working soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from apps.access.actor import Actor
from apps.dashboard.asking import mine
from apps.dashboard.endings import ending
from apps.dashboard.meters import QuotaRow
from apps.dashboard.rows import limits_of
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.queries import visible_sessions
from apps.tokens.queries import own_tokens

MOST = 4
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Item:
    state: str
    what: str
    advice: str
    url: str


def attention(actor: Actor, now: datetime, quotas: Sequence[QuotaRow] = ()) -> list[Item]:
    return [*_scarce(quotas), *_failures(actor, now), *_expiring(actor, now)]


def _scarce(quotas: Sequence[QuotaRow]) -> list[Item]:
    return [
        Item("error" if quota.is_used_up else "timed_out", quota.warning, quota.advice, reverse("dashboard:usage"))
        for quota in quotas
        if quota.is_scarce
    ]


def _failures(actor: Actor, now: datetime) -> list[Item]:
    """The commonest reasons first, each with the advice of its newest session."""
    alike = [F("state"), F("end_reason")]
    failed = visible_sessions(actor).filter(
        mine(actor), state__in=[SessionState.ERROR, SessionState.TIMED_OUT], ended_at__gt=now - timedelta(hours=24)
    )
    newest = failed.annotate(
        number=Window(Count("pk"), partition_by=alike),
        age=Window(RowNumber(), partition_by=alike, order_by=F("id").desc()),
    ).filter(age=1)
    return [_failure(session, session.number) for session in newest.order_by("-number", "-id")[:MOST]]


def _failure(session: BrowserSession, number: int) -> Item:
    said = ending(session.end_reason, limits_of(session))
    if number == 1:
        address = reverse("dashboard:sessions-one", args=[session.public_id])
        return Item(session.state, said.what, said.advice, address)
    listed = f"{reverse('dashboard:sessions')}?state=failed&end_reason={session.end_reason}"
    return Item(session.state, f"{said.what}, {number} times", said.advice, listed)


def _expiring(actor: Actor, now: datetime) -> list[Item]:
    tokens = own_tokens(actor).filter(revoked_at__isnull=True, expires_at__gt=now, expires_at__lt=now + SOON)
    return [
        Item(
            "timed_out",
            f"The token “{token.name}” expires soon",
            "Make a new one before it does.",
            reverse("dashboard:tokens"),
        )
        for token in tokens[:MOST]
    ]
