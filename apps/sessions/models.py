"""Sessions and what belongs to one: connections, tickets, waiting claims, idempotency keys."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.access.grants import PersonGrant, TeamGrant, django_permissions
from apps.core.identifiers import uuid7
from apps.core.models import Identified
from apps.nodes.models import Node, Process
from apps.pools.models import Pool
from apps.sessions.lifecycle import IN_USE, LIVE, TERMINAL, EndReason, Outcome, SessionState

LIVE_STATES = sorted(LIVE)


class BrowserSession(Identified):
    """One browser's life in the grid, from wish to end. `state` is moved by `advance` alone; wishes are columns."""

    prefix = "ses"
    pool_path: ClassVar[str] = "pool"

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="sessions")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="sessions")
    name = models.CharField(max_length=120, blank=True)
    metadata = models.JSONField(default=dict)

    state = models.CharField(max_length=10, default=SessionState.PENDING, choices=[(s, s) for s in SessionState])
    generation = models.PositiveBigIntegerField(default=0)  # the row's version, for compare-and-set alone
    incarnation = models.PositiveIntegerField(default=1)  # the 1st, 2nd … browser of this session
    sequence = models.PositiveBigIntegerField(default=0)  # of its last event

    # Wishes
    stop_requested_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, choices=[(o, o) for o in Outcome])
    end_reason = models.CharField(max_length=20, blank=True, choices=[(r, r) for r in EndReason])
    wanted_form = models.CharField(max_length=10, default="active")  # active | frozen | hibernated

    # What it runs
    launch = models.JSONField(default=dict)  # effective options; `proxy` is encrypted
    launch_wanted = models.CharField(max_length=64)
    launch_present = models.CharField(max_length=64, blank=True)
    pool_launch = models.CharField(max_length=64)  # the pool's configuration it was made for
    prepared = models.BooleanField(default=False)
    version = models.JSONField(default=dict)  # what Chrome says of itself, at ready
    node = models.ForeignKey(Node, null=True, on_delete=models.PROTECT, related_name="+")

    # Use
    credential = models.CharField(max_length=60, blank=True)  # that claimed it
    claimed_from = models.CharField(max_length=45, blank=True)  # address, where stickiness asks for it
    transferred_at = models.DateTimeField(null=True)  # the owner changes with this, and with nothing else
    keep_alive = models.BooleanField(default=False)
    record = models.CharField(max_length=6, choices=Pool.Recording, default=Pool.Recording.NONE)
    idle_timeout_seconds = models.PositiveIntegerField(default=0)

    # Times and deadlines
    started_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(null=True)  # first client
    running_since = models.DateTimeField(null=True)
    stopping_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    active_seconds = models.FloatField(default=0)
    start_deadline = models.DateTimeField(null=True)
    connect_deadline = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        permissions: ClassVar = django_permissions("browsersession")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=sorted(TERMINAL)) | (~Q(end_reason="") & Q(ended_at__isnull=False)),
                name="a_terminal_session_has_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(IN_USE)) | Q(owner__isnull=False), name="a_session_in_use_has_an_owner"
            ),
            models.CheckConstraint(
                condition=~Q(state=SessionState.READY) | Q(owner__isnull=True), name="a_ready_session_has_no_owner"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["pool", "ready_at"], condition=Q(state="ready"), name="sessions_ready"),
            models.Index(fields=["pool", "state"], condition=Q(state__in=LIVE_STATES), name="sessions_live"),
            models.Index(fields=["node"], condition=Q(state__in=LIVE_STATES), name="sessions_live_on_node"),
            models.Index(
                fields=["connect_deadline"], condition=Q(connect_deadline__isnull=False), name="sessions_connect"
            ),
            models.Index(fields=["expires_at"], condition=Q(state__in=LIVE_STATES), name="sessions_expiry"),
            models.Index(fields=["owner", "-id"], name="sessions_of_owner"),
            # Lists of staff, newest first. Metadata has a GIN index on PostgreSQL (migration 0004).
            models.Index(fields=["state", "-id"], name="sessions_by_state"),
            models.Index(fields=["end_reason", "-id"], condition=~Q(end_reason=""), name="sessions_by_ending"),
            models.Index(fields=["pool", "-id"], name="sessions_of_pool"),
            models.Index(fields=["claimed_at"], name="sessions_claimed"),
        ]

    @property
    def status(self) -> SessionState:
        return SessionState(self.state)

    @property
    def instance_id(self) -> str:
        """What the browser is called wherever it runs."""
        return f"{self.id}-{self.incarnation}"

    @property
    def is_ended(self) -> bool:
        return self.status in TERMINAL

    @property
    def is_usable(self) -> bool:
        """A client may be joined to it now."""
        return (
            self.status in {SessionState.CLAIMED, SessionState.RUNNING}
            and self.stop_requested_at is None
            and self.launch_wanted == self.launch_present
        )

    def duration_seconds(self, now: datetime) -> float:
        """From the claim to the end, or to now."""
        if self.claimed_at is None:
            return 0.0
        return max(((self.ended_at or now) - self.claimed_at).total_seconds(), 0.0)

    def active_until(self, now: datetime) -> float:
        """Seconds with at least one client attached."""
        running = (now - self.running_since).total_seconds() if self.running_since else 0.0
        return self.active_seconds + max(running, 0.0)


class SessionPersonGrant(PersonGrant):
    content_object = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, related_name="+")


class SessionTeamGrant(TeamGrant):
    content_object = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, related_name="+")


class SessionActivity(models.Model):
    """When it was last used; apart from the session's row, since it is written every few seconds."""

    session = models.OneToOneField(BrowserSession, primary_key=True, on_delete=models.CASCADE, related_name="activity")
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.last_at)


class Connection(Identified):
    """One socket, held by one gateway process. It lives while `closed_at` is empty. Viewers keep no session alive."""

    prefix = "con"

    class Kind(models.TextChoices):
        CLIENT = "client"  # speaks CDP
        VIEWER = "viewer"  # sees the live view

    kind = models.CharField(max_length=6, choices=Kind, default=Kind.CLIENT)
    session = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, related_name="connections")
    gateway = models.ForeignKey(Process, null=True, on_delete=models.SET_NULL, related_name="+")
    gateway_boot_id = models.CharField(max_length=64)
    credential = models.CharField(max_length=60)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    ticket_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    bytes_up = models.PositiveBigIntegerField(default=0)
    bytes_down = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["session"], condition=Q(closed_at__isnull=True), name="connections_live"),
            models.Index(fields=["session", "-id"], name="connections_of_session"),
            models.Index(
                fields=["gateway_boot_id"], condition=Q(closed_at__isnull=True), name="connections_live_gateway"
            ),
        ]


class Ticket(Identified):
    """A credential for one session and one purpose; its secret is derived from its key, only the hash is stored."""

    prefix = "tkt"

    class Purpose(models.TextChoices):
        CONNECT = "connect"
        VIEW = "view"
        CONTROL = "control"

    session = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, related_name="tickets")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    credential = models.CharField(max_length=60)  # that minted it, and with which it dies
    hash = models.CharField(max_length=64, unique=True)
    is_host_root = models.BooleanField(default=False)  # also a root of its own: <secret>.connect.<host>
    expires_at = models.DateTimeField(null=True)  # a connect ticket lives as long as its session
    origins = models.JSONField(default=list)  # whose pages may frame the view
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "credential", "is_host_root"],
                condition=Q(revoked_at__isnull=True, purpose="connect"),
                name="one_live_connect_ticket",
            )
        ]


class Takeover(Identified):
    """A person in the automation's place: asked for, then held by one, then over. One at a time in a session."""

    prefix = "tko"

    session = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, related_name="takeovers")
    reason = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField(null=True)  # by the automation, which then waits
    expires_at = models.DateTimeField(null=True)  # of the request
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(finished_at__isnull=True), name="one_open_takeover_per_session"
            )
        ]


class Claim(Identified):
    """A request for a session that waits its turn; served only while attended."""

    prefix = "clm"
    pool_path: ClassVar[str] = "pool"

    class State(models.TextChoices):
        QUEUED = "queued"
        SERVED = "served"
        EXPIRED = "expired"
        CANCELLED = "cancelled"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="claims")
    credential = models.CharField(max_length=60)
    address = models.CharField(max_length=45, blank=True)  # where stickiness asks for it
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    session = models.OneToOneField(BrowserSession, null=True, on_delete=models.CASCADE, related_name="claim")
    is_held = models.BooleanField(default=True)  # a caller waits on the line; else it polls
    queued_at = models.DateTimeField()
    attended_until = models.DateTimeField()
    expires_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)  # a polling caller has seen its session

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["pool", "queued_at"], condition=Q(state="queued"), name="claims_queued"),
        ]


class IdempotencyKey(models.Model):
    """What the first request under a key has become; one per token and key, whatever was asked for."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    credential = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    session = models.ForeignKey(BrowserSession, null=True, on_delete=models.CASCADE, related_name="+")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.CASCADE, related_name="+")
    made = models.CharField(max_length=40, blank=True)  # the public id of anything else
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["credential", "key"], name="one_request_per_idempotency_key")
        ]

    def __str__(self) -> str:
        return self.key
