"""What needs a look: quotas that are nearly used up, why sessions failed today, tokens that stop working soon."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.urls import reverse

from apps.access.actor import Actor
from apps.dashboard.asking import mine
from apps.dashboard.endings import ending
from apps.dashboard.meters import QuotaRow
from apps.dashboard.rows import limits_of
from apps.sessions.lifecycle import SessionState
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
    failed = visible_sessions(actor).filter(
        mine(actor), state__in=[SessionState.ERROR, SessionState.TIMED_OUT], ended_at__gt=now - timedelta(hours=24)
    )
    counted = Counter(
        {
            (row["state"], row["end_reason"]): row["number"]
            for row in failed.order_by().values("state", "end_reason").annotate(number=Count("pk"))
        }
    )
    items = []
    for (state, reason), number in counted.most_common(MOST):
        newest = failed.filter(state=state, end_reason=reason).first()
        if newest is None:
            continue
        said = ending(reason, limits_of(newest))
        address = reverse("dashboard:sessions-one", args=[newest.public_id])
        url = address if number == 1 else f"{reverse('dashboard:sessions')}?state=failed"
        items.append(Item(state, said.what if number == 1 else f"{said.what}, {number} times", said.advice, url))
    return items


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
