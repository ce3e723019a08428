"""How long what was recorded of a session is kept: its pool's word, else the setting's, at most its person's quota."""

from datetime import datetime, timedelta

from django.conf import settings

from apps.accounts.models import Membership
from apps.quotas.models import Quota
from apps.sessions.models import BrowserSession


def expiry(session: BrowserSession, now: datetime) -> datetime | None:
    """None: until somebody deletes it."""
    days = days_for(session)
    return now + timedelta(days=days) if days else None


def days_for(session: BrowserSession) -> int:
    """0 is without end."""
    said = session.pool.recording_days
    days = settings.GRID.recording_days if said is None else said
    most = _most_days(session)
    if most is None:
        return int(days)
    return min(days, most) if days else most


def _most_days(session: BrowserSession) -> int | None:
    """The person's own quota, else the largest of their teams'; None where no quota says anything."""
    own = Quota.objects.filter(user=session.owner_id, recording_days__isnull=False).first()
    if own is not None:
        return own.recording_days
    teams = Membership.objects.filter(user=session.owner_id).values("team")
    said = Quota.objects.filter(team__in=teams, recording_days__isnull=False).values_list("recording_days", flat=True)
    return max((days for days in said if days is not None), default=None)
