"""A session in any state, brought there along real edges by `advance`."""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.core import clock
from apps.events.catalog import EventType
from apps.pools.models import Pool, PoolCounter
from apps.sessions.advance import advance
from apps.sessions.claims import new_session
from apps.sessions.lifecycle import TERMINAL, EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession
from tests.factories.pools import ensure_default_pool

S = SessionState
OWNED = (S.PENDING, S.STARTING, S.CLAIMED)
PATHS: dict[SessionState, tuple[SessionState, ...]] = {
    S.READY: (S.PENDING, S.STARTING, S.READY),
    S.RUNNING: (*OWNED, S.RUNNING),
    S.PAUSED: (*OWNED, S.PAUSED),
    S.STOPPING: (*OWNED, S.STOPPING),
    **{state: (*OWNED, S.STOPPING, state) for state in TERMINAL},
    **{state: OWNED[: number + 1] for number, state in enumerate(OWNED)},
}


def fields_of(state: SessionState) -> dict[str, Any]:
    """What a row needs to have beside, to be allowed into that state."""
    if state is S.STOPPING or state in TERMINAL:
        return {"stop_requested_at": clock.now(), "outcome": Outcome.COMPLETED, "end_reason": EndReason.RELEASED}
    return {}


def session_in(state: SessionState, *, owner: User | None = None, pool: Pool | None = None) -> BrowserSession:
    """`owner` None: nobody's, as far as that state allows it."""
    pool = pool or ensure_default_pool()
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        session = new_session(pool, now=clock.now(), owner=owner)
    for onward in PATHS[state][1:]:
        move(session, onward)
    return session


def move(session: BrowserSession, to: SessionState, **fields: Any) -> None:
    with transaction.atomic():
        advance(session, to, EventType.SESSION_MARKED, now=clock.now(), **{**fields_of(to), **fields})


def recount(pool: Pool) -> dict[str, int]:
    """The pool's counters, counted from its rows."""
    rows = [(row.status, row.owner_id is not None) for row in pool.sessions.all()]
    live = {S.PENDING, S.STARTING, S.READY, S.CLAIMED, S.RUNNING, S.PAUSED, S.STOPPING}
    return {
        "alive": sum(state in live for state, _ in rows),
        "in_use": sum(
            state in {S.CLAIMED, S.RUNNING, S.PAUSED} or (owned and state in {S.PENDING, S.STARTING})
            for state, owned in rows
        ),
        "starting": sum(state is S.STARTING for state, _ in rows),
        "ready": sum(state is S.READY for state, _ in rows),
    }


def counters(pool: Pool) -> dict[str, int]:
    row = PoolCounter.objects.get(pool=pool)
    return {name: getattr(row, name) for name in ("alive", "in_use", "starting", "ready")}
