"""What is somebody else's takes as long to refuse as what is not there."""

import random
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import clock_gettime, thread_time

import pytest
from django.db import connection

from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.accounts.models import User
from apps.core.errors import NotFound
from apps.core.identifiers import encode, uuid7
from apps.core.models import Identified
from tests.factories.people import actor_for
from tests.factories.pools import make_pool
from tests.factories.sessions import make_claimed_session
from tests.factories.teams import make_team, share

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
ROUNDS = 400
BOUND_SECONDS = 0.001


def work_clock() -> Callable[[], float]:
    """Seconds that were worked for this thread, which do not grow with what else the machine does.

    SQLite works in the thread itself, PostgreSQL in a process of ours for each connection.
    """
    if connection.vendor == "sqlite":
        return thread_time
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    assert Path(f"/proc/{backend}/comm").read_text().strip() == "postgres", "tests/support/databases.py runs its own"
    clock_of_backend = ~backend << 3 | 2  # what clock_getcpuclockid(3) answers on Linux
    return lambda: thread_time() + clock_gettime(clock_of_backend)


@pytest.mark.database
@pytest.mark.parametrize(
    ("prefix", "permission"),
    [
        ("ses", Permission.SESSION_VIEW),
        ("ses", Permission.SESSION_CONTROL),
        ("pool", Permission.POOL_MANAGE),
        ("team", Permission.TEAM_MANAGE),
    ],
)
def test_a_foreign_id_and_one_that_does_not_exist_differ_by_less_than_a_millisecond(
    prefix: str, permission: Permission, make_user: Callable[..., User]
) -> None:
    a, b, c = make_user(), make_user(), make_user()
    session, pool, team = make_claimed_session(a), make_pool(a), make_team(a, c)
    share(session, team)
    share(pool, team)
    thing: Identified = {"ses": session, "pool": pool, "team": team}[prefix]
    actor = actor_for(b)

    clock = work_clock()

    def refused(public_id: str) -> float:
        began = clock()
        with pytest.raises(NotFound):
            find(type(thing), public_id, actor, permission)
        return clock() - began

    for _ in range(20):
        refused(thing.public_id)
    spent: dict[bool, list[float]] = {True: [], False: []}
    kinds = [True, False] * ROUNDS
    random.shuffle(kinds)
    for is_foreign in kinds:
        spent[is_foreign].append(refused(thing.public_id if is_foreign else encode(prefix, uuid7())))
    difference = abs(median(spent[True]) - median(spent[False]))
    both = " and ".join(f"{median(each) * 1e6:.0f}" for each in spent.values())
    print(f"{prefix} {permission}: medians {both} µs, {difference * 1e6:.0f} apart")  # noqa: T201 - the figure
    assert difference < BOUND_SECONDS
