"""A large installation, written straight into PostgreSQL: people, pools, sessions with their story, tokens, audit."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Model

from apps.accounts.models import User
from apps.core import clock
from apps.core.secrets import keyed_hash
from apps.events.models import Event, EventPosition
from apps.pools.models import Pool, PoolCounter
from apps.sessions.lifecycle import EndReason, SessionState
from apps.sessions.models import BrowserSession
from apps.tokens.models import ApiToken
from tests.factories.pools import fake_provider

BATCH = 2000
DAYS = 30
LIVE = 40  # sessions in use, whatever the number of those that have ended
S = SessionState
ENDS = (
    *[(S.COMPLETED, EndReason.CLIENT_DISCONNECTED)] * 16,
    (S.COMPLETED, EndReason.RELEASED),
    (S.TIMED_OUT, EndReason.IDLE),
    (S.TIMED_OUT, EndReason.NO_CONNECT),
    (S.ERROR, EndReason.BROWSER_CRASHED),
)
# What belongs to the sessions that have no story yet is made where they are: three events, a connection, an entry.
NEW = "browser_sessions_browsersession s WHERE NOT EXISTS (SELECT FROM events_event e WHERE e.session_id = s.id)"
STORY = (
    f"INSERT INTO browser_sessions_sessionactivity (session_id, last_at) SELECT s.id, s.claimed_at FROM {NEW}",
    "INSERT INTO browser_sessions_connection (id, created_at, kind, session_id, gateway_boot_id, credential, "
    "opened_at, closed_at, bytes_up, bytes_down) SELECT gen_random_uuid(), s.connected_at, 'client', s.id, 'crowd', "
    f"'tok_x', s.connected_at, s.ended_at, 1000, 90000 FROM {NEW}",
    "INSERT INTO audit_entry (id, at, person_id, credential, address, action, kind, thing, chain) SELECT "
    "s.id, s.created_at, s.owner_id, 'tok_x', '203.0.113.9', 'session.release', 'session', 'ses_' || s.id, '' "
    f"FROM {NEW}",
    "INSERT INTO events_event (uuid, type, occurred_at, owner_id, session_id, pool_id, sequence, position, data) "
    "SELECT gen_random_uuid(), t.type, CASE t.n WHEN 3 THEN s.ended_at ELSE s.created_at END, s.owner_id, s.id, "
    "s.pool_id, t.n, (SELECT coalesce(max(position), 0) FROM events_event) + row_number() OVER "
    "(ORDER BY s.created_at), '{}' FROM browser_sessions_browsersession s, (VALUES (1, 'session.created'), "
    "(2, 'session.claimed'), (3, 'session.ended')) t (n, type) WHERE NOT EXISTS "
    "(SELECT FROM events_event e WHERE e.session_id = s.id) AND (t.n < 3 OR s.ended_at IS NOT NULL)",
)


def key_at(moment: datetime, number: int, dice: random.Random) -> UUID:
    """A version 7 id of that moment; `number` keeps those of one millisecond apart."""
    value = int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | (number & 0xFFF) << 64
    return UUID(int=value | 0x2 << 62 | dice.getrandbits(62))


def order_of(user: User, number: int) -> str:
    """One session has it, however many others there are: a page that asks for it is as full in every crowd."""
    return f"{user.email.partition('@')[0]}-{number}"


class Crowd:
    """`grow` adds people who have `each` sessions; the first of them are the same whatever follows."""

    def __init__(self, pool: Pool, *, each: int) -> None:
        self.pool = pool
        self.each = each
        self.people: list[User] = []
        self.dice = random.Random(7)
        self.now = clock.now()

    def grow(self, people: int) -> None:
        """To so many people, each with their sessions, their events, their tokens."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # a session begins as pending, say guards
            new = [
                User(email=f"person{number}@example.com", name=f"Person {number}", password="!")
                for number in range(len(self.people), people)
            ]
            _write(User, iter(new))
            if not self.people:  # as many pools as before: it is sessions that grow
                _write(Pool, (self._pool(user) for user in new))
                _write(PoolCounter, (PoolCounter(pool=pool) for pool in Pool.objects.filter(counter=None)))
            rows = [self._session(user, number) for user in new for number in range(self.each)]
            if not self.people:
                for row in rows[:: max(1, len(rows) // LIVE)][:LIVE]:
                    self._is_live(row)
            _write(BrowserSession, iter(rows))
            _write(ApiToken, (self._token(user, number) for user in new for number in range(3)))
            for statement in STORY:
                cursor.execute(statement)
            last = Event.objects.aggregate(last=Max("position"))["last"] or 0
            EventPosition.objects.update_or_create(id=1, defaults={"last": last})
            self.people += new
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _pool(self, user: User) -> Pool:
        return Pool(owner=user, name="mine", provider=fake_provider(), min=0, max=2, max_concurrency=2)

    def _session(self, user: User, number: int) -> BrowserSession:
        at = self.now - timedelta(seconds=self.dice.uniform(600, DAYS * 86400))
        state, reason = self.dice.choice(ENDS)
        return BrowserSession(
            id=key_at(at, number, self.dice), pool=self.pool, owner=user,
            name=self.dice.choice(("", "", f"order {number}")),
            metadata={"order": order_of(user, number), "customer": f"c{self.dice.randrange(500)}"},
            state=state, outcome=state, end_reason=reason, sequence=3, generation=5,
            launch={"viewport": {"width": 1280, "height": 720}},
            launch_wanted="x", launch_present="x", pool_launch="x", version={"Browser": "HeadlessChrome/156.0"},
            credential="tok_x", idle_timeout_seconds=300, created_at=at, started_at=at, ready_at=at, claimed_at=at,
            connected_at=at + timedelta(seconds=1), stop_requested_at=at + timedelta(minutes=4),
            stopping_at=at + timedelta(minutes=4), ended_at=at + timedelta(minutes=4, seconds=1), active_seconds=200,
        )  # fmt: skip

    def _is_live(self, row: BrowserSession) -> None:
        row.state, row.outcome, row.end_reason = S.RUNNING, "", ""
        row.stop_requested_at = row.stopping_at = row.ended_at = None
        row.running_since, row.expires_at = row.claimed_at, self.now + timedelta(hours=1)

    def _token(self, user: User, number: int) -> ApiToken:
        return ApiToken(
            owner=user, name=f"token {number}", hash=keyed_hash(f"{user.pk}{number}"), start="bg_abcd", last4="wxyz",
            created_at=self.now,
        )  # fmt: skip


def _write(model: type[Model], rows: Iterator[Model]) -> None:
    """In batches; a column that Django fills with the present time keeps what the row says."""
    now = clock.now()
    stamped = [field for field in model._meta.concrete_fields if getattr(field, "auto_now_add", False)]
    for field in stamped:
        field.auto_now_add = False  # type: ignore[attr-defined] # checked above
    try:
        while batch := list(islice(rows, BATCH)):
            for row in batch:
                for field in stamped:
                    if getattr(row, field.attname, None) is None:
                        setattr(row, field.attname, now)
            model._default_manager.bulk_create(batch)
    finally:
        for field in stamped:
            field.auto_now_add = True  # type: ignore[attr-defined]
