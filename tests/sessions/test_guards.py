"""What the database refuses by itself, tried by raw SQL: every pair of states, the owner, the beginning, the end."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.accounts.models import User
from apps.core.identifiers import uuid7
from apps.events.triggers import missing
from apps.pools.models import Pool
from apps.sessions.guards import GUARDS
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession
from tests.sessions.states import session_in
from tests.sessions.test_lifecycle import ALLOWED

pytestmark = [pytest.mark.django_db, pytest.mark.database]
S = SessionState
TABLE = "browser_sessions_browsersession"
UNOWNED_ENDS = {S.READY}
OWNED_ENDS = {S.CLAIMED, S.RUNNING, S.PAUSED}


def raw(session: BrowserSession, assignments: str, *values: object) -> None:
    """UPDATE by SQL, in a savepoint of its own."""
    key = session.pk if connection.vendor == "postgresql" else session.pk.hex
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET {assignments} WHERE id = %s", [*values, key])


def end_it(state: SessionState) -> str:
    return f"state = '{state}', generation = generation + 1, end_reason = 'released', ended_at = created_at"


def stored(user: User) -> object:
    return user.pk if connection.vendor == "postgresql" else user.pk.hex


@pytest.mark.parametrize("start", list(S))
def test_by_raw_sql_only_the_edges_of_the_table_can_be_taken(start: SessionState, pool: Pool, user: User) -> None:
    for end in S:
        if end is start:
            continue
        owner = None if start is S.READY or (start is S.STARTING and end in UNOWNED_ENDS) else user
        session = session_in(start, owner=owner, pool=pool)
        assignments, values = end_it(end), []
        if start is S.READY and end in OWNED_ENDS:
            assignments, values = f"{assignments}, owner_id = %s", [stored(user)]
        if (start, end) in ALLOWED:
            raw(session, assignments, *values)
        else:
            with pytest.raises(DatabaseError, match="edge between session states"):
                raw(session, assignments, *values)
        session.refresh_from_db()
        assert session.status is (end if (start, end) in ALLOWED else start)


@pytest.mark.parametrize("state", [S.PENDING, S.CLAIMED, S.RUNNING, S.STOPPING, S.COMPLETED])
def test_the_owner_never_changes_once_there_is_one(
    state: SessionState, pool: Pool, user: User, make_user: Callable[..., User]
) -> None:
    session = session_in(state, owner=user, pool=pool)
    other = make_user()
    with pytest.raises(DatabaseError, match="owner of a session changes by a transfer alone"):
        raw(session, "owner_id = %s", stored(other))
    with pytest.raises(DatabaseError):
        raw(session, "owner_id = NULL")
    raw(session, "owner_id = %s", stored(user))


@pytest.mark.parametrize("state", [state for state in S if state is not S.PENDING])
def test_a_session_can_only_begin_as_pending(state: SessionState, pool: Pool, user: User) -> None:
    row = BrowserSession(id=uuid7(), pool=pool, owner=user, state=state, launch_wanted="x", pool_launch="x")
    with pytest.raises(DatabaseError, match="begins as pending"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("end", [S.COMPLETED, S.TIMED_OUT, S.ERROR])
def test_no_session_ends_without_a_reason_or_without_a_time(end: SessionState, pool: Pool, user: User) -> None:
    session = session_in(S.STOPPING, owner=user, pool=pool)
    with pytest.raises(IntegrityError):
        raw(session, f"state = '{end}', generation = generation + 1, end_reason = '', ended_at = created_at")
    with pytest.raises(IntegrityError):
        raw(session, f"state = '{end}', generation = generation + 1, end_reason = 'released', ended_at = NULL")
    raw(session, end_it(end))


@pytest.mark.parametrize("change", ["generation", "generation - 1", "0"])
def test_a_change_of_state_must_raise_the_generation(change: str, pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    with pytest.raises(DatabaseError, match="raise the generation"):
        raw(session, f"state = 'running', generation = {change}")


def test_the_generation_never_falls_even_where_the_state_stays(pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    with pytest.raises(DatabaseError):
        raw(session, "generation = generation - 1")


def test_a_browser_with_an_owner_cannot_become_ready(pool: Pool, user: User) -> None:
    session = session_in(S.STARTING, owner=user, pool=pool)
    with pytest.raises(DatabaseError):
        raw(session, "state = 'ready', generation = generation + 1")


def test_a_start_without_an_owner_cannot_become_claimed_not_even_with_one_given_later(pool: Pool) -> None:
    session = session_in(S.STARTING, pool=pool)
    with pytest.raises(DatabaseError):
        raw(session, "state = 'claimed', generation = generation + 1")


def test_every_guard_of_sessions_is_in_force() -> None:
    assert missing(GUARDS) == []
