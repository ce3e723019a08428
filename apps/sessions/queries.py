"""Sets of sessions, by name."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.access.actor import Actor
from apps.access.lookup import visible
from apps.access.permissions import Permission
from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.lifecycle import IN_USE, LIVE
from apps.sessions.models import BrowserSession, Claim, Connection

SHORTEST_IDLE = timedelta(seconds=1)
ATTACHED = Q(kind=Connection.Kind.CLIENT, closed_at__isnull=True)


def live(sessions: QuerySet[BrowserSession] | None = None) -> QuerySet[BrowserSession]:
    return (sessions if sessions is not None else BrowserSession.objects.all()).filter(state__in=sorted(LIVE))


def with_clients(sessions: QuerySet[BrowserSession]) -> QuerySet[BrowserSession]:
    """Annotated with `clients`, the number of live connections: counted for the rows that are read, not for all."""
    attached = Connection.objects.filter(ATTACHED, session=OuterRef("pk")).order_by().values("session")
    number = Subquery(attached.annotate(number=Count("pk")).values("number"))
    return sessions.annotate(clients=Coalesce(number, 0))


def oldest_ready(pool: Pool) -> QuerySet[BrowserSession]:
    """Warm sessions that may be claimed, the one that waited longest first; those with their page before others."""
    return BrowserSession.objects.filter(pool=pool, state="ready", stop_requested_at__isnull=True).order_by(
        "-prepared", "ready_at"
    )


def in_use_by(user: User, pool: Pool) -> int:
    """Sessions of that person in that pool which hold a place, those still starting included."""
    owned = BrowserSession.objects.filter(pool=pool, owner=user, stop_requested_at__isnull=True)
    return owned.filter(state__in=[*sorted(IN_USE), "pending", "starting"]).count()


def waiting(pool: Pool, now: datetime) -> QuerySet[Claim]:
    """Claims in the queue that somebody still attends."""
    return Claim.objects.filter(pool=pool, state=Claim.State.QUEUED, attended_until__gt=now, expires_at__gt=now)


def place_in_queue(claim: Claim, now: datetime) -> int:
    """1 for the next to be served, by arrival; fairness between people may serve one earlier."""
    return waiting(claim.pool, now).filter(queued_at__lt=claim.queued_at).count() + 1


def live_connections(session: BrowserSession) -> QuerySet[Connection]:
    """Of clients: viewers do not count."""
    return Connection.objects.filter(ATTACHED, session=session)


def latest_connections(session: BrowserSession) -> QuerySet[Connection]:
    """Everybody who was joined to it, the last who came first."""
    return Connection.objects.filter(session=session, kind=Connection.Kind.CLIENT).order_by("-id")


def without_clients(sessions: QuerySet[BrowserSession]) -> QuerySet[BrowserSession]:
    attached = Connection.objects.filter(ATTACHED, session=OuterRef("pk"))
    return sessions.filter(~Exists(attached))


def visible_sessions(actor: Actor) -> QuerySet[BrowserSession]:
    """Those the actor may see, newest first; for staff the warm ones that nobody owns are among them."""
    rows = BrowserSession.objects.select_related("pool", "owner").order_by("-id")
    return visible(rows, actor, Permission.SESSION_VIEW)


def never_connected(now: datetime, *, limit: int = 500) -> list[UUID]:
    """Keys of sessions whose time to connect is up. The row that an upgrade has won has no deadline any more."""
    due = BrowserSession.objects.filter(connect_deadline__lte=now, stop_requested_at__isnull=True)
    return list(without_clients(due).values_list("pk", flat=True)[:limit])


def overdue(now: datetime, *, limit: int = 500) -> list[UUID]:
    """Keys of sessions that have reached their longest life."""
    due = live().filter(expires_at__lte=now, stop_requested_at__isnull=True)
    return list(due.values_list("pk", flat=True)[:limit])


def idle(now: datetime, *, limit: int = 500) -> list[UUID]:
    """Keys of sessions in use that saw no activity for their idle time."""
    in_use = BrowserSession.objects.filter(
        state__in=sorted(IN_USE), idle_timeout_seconds__gt=0, stop_requested_at__isnull=True
    )
    rows = in_use.filter(activity__last_at__lt=now - SHORTEST_IDLE)
    found = rows.values_list("pk", "idle_timeout_seconds", "activity__last_at")
    return [key for key, seconds, last_at in found if (now - last_at).total_seconds() >= seconds][:limit]


def most_spare(provider_id: UUID, now: datetime) -> UUID | None:
    """The newest ready session of that provider's pool with most of them and no queue; None where none has."""
    ready = BrowserSession.objects.filter(pool__provider_id=provider_id, state="ready", stop_requested_at__isnull=True)
    queued = Claim.objects.filter(pool=OuterRef("pool"), state=Claim.State.QUEUED, attended_until__gt=now)
    pools = ready.filter(~Exists(queued)).values("pool").annotate(n=Count("pk")).order_by("-n", "pool")
    first = pools.first()
    if first is None:
        return None
    key: UUID | None = ready.filter(pool=first["pool"]).order_by("-ready_at").values_list("pk", flat=True).first()
    return key


def live_instance_ids(instance_ids: Collection[str]) -> set[str]:
    """Which of these browsers a live row stands for in its present incarnation."""
    keys = {name.rpartition("-")[0] for name in instance_ids}
    rows = live().filter(pk__in=keys).only("pk", "incarnation")
    return {row.instance_id for row in rows} & set(instance_ids)


def live_with_places() -> QuerySet[BrowserSession]:
    """Every live session with its pool, that pool's provider, and its node."""
    return live().select_related("pool__provider", "node")


def queued_by_pool(now: datetime) -> dict[UUID, int]:
    """How many attended claims wait, of each pool where any does."""
    queued = Claim.objects.filter(state=Claim.State.QUEUED, attended_until__gt=now, expires_at__gt=now)
    return dict(queued.order_by().values_list("pool_id").annotate(number=Count("pk")))


def pools_with_queue(now: datetime) -> set[object]:
    """Keys of pools in which a claim waits that somebody still attends."""
    queued = Claim.objects.filter(state=Claim.State.QUEUED, attended_until__gt=now, expires_at__gt=now)
    return set(queued.values_list("pool_id", flat=True).distinct())


def sessions_with_clients(keys: Collection[object]) -> set[object]:
    """Those of the sessions that have a live connection."""
    rows = Connection.objects.filter(ATTACHED, session__in=list(keys))
    return set(rows.values_list("session_id", flat=True).distinct())


def session_with_key(key: UUID | str) -> BrowserSession | None:
    """By its own key, for whoever is known to be let in already."""
    return BrowserSession.objects.select_related("pool", "node").filter(pk=key).first()


def is_still_there(session: BrowserSession) -> bool:
    """Brings what changes of it up to date. False: its row is gone, for what is old enough is deleted."""
    try:
        session.refresh_from_db(fields=["state", "incarnation"])
    except BrowserSession.DoesNotExist:
        return False
    return True


def any_browser_up() -> BrowserSession | None:
    """Some session whose browser answers now; for what is the same in all of them."""
    up = BrowserSession.objects.select_related("node").filter(state__in=["ready", "claimed", "running"])
    return up.filter(node__isnull=False, stop_requested_at__isnull=True).order_by("-id").first()
