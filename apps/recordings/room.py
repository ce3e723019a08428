"""How much may still be kept: of one session, of one file, and of one person by quota."""

from django.conf import settings

from apps.quotas.queries import all_quotas, bounds_of, defaults
from apps.quotas.rules import Measure
from apps.recordings.queries import bytes_kept_by, bytes_of
from apps.sessions.models import BrowserSession

MIB = 1024 * 1024


def limit_of(session: BrowserSession, more: int = 0) -> str:
    """The limit that `more` bytes of this session would break, in a sentence; empty where there is room."""
    most = settings.GRID.recording_bytes
    if most and bytes_of(session) + more >= most:
        return f"The limit of {most // MIB} MiB for one session is reached. BROWSERGRID_RECORDING_BYTES changes it."
    return person_limit(session, more)


def person_limit(session: BrowserSession, more: int = 0) -> str:
    """The same for all that its owner keeps. Where the limit is reached there is no room, not even for nothing."""
    owner = session.owner
    if owner is None or not (Measure.STORAGE_BYTES in defaults() or all_quotas().exists()):
        return ""
    bounds = bounds_of([owner])[owner.pk]
    own, more = bounds.own.get(Measure.STORAGE_BYTES), max(more, 1)
    if own is not None and bytes_kept_by([owner.pk]) + more > own.value:
        return f"The limit {own.source} of {own.value // MIB} MiB is reached. Delete recordings or files."
    for team in bounds.teams:
        most = team.limits.get(Measure.STORAGE_BYTES)
        if most is not None and bytes_kept_by(team.members) + more > most:
            return f"Your team {team.name} keeps {most // MIB} MiB together, its limit. Delete recordings or files."
    return ""
