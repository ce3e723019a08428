"""Lists and pages of an installation with 100,000 sessions of 1,000 people, beside the same with 1,000 sessions.

The people that are asked for have as many sessions in both, so that only what is around them grows. PostgreSQL alone:
`python -m tests.support.databases run pytest -m long tests/long/test_scale.py`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from statistics import median, quantiles

import pytest
from django.db import connection
from django.test import Client

from apps.access.permissions import Level
from apps.accounts.models import Role, User
from apps.accounts.teams import create_team, join
from apps.core import clock
from apps.sessions.models import BrowserSession
from apps.sessions.sharing import share_session
from apps.statistics.models import Progress
from apps.statistics.services import roll_up
from apps.statistics.use import hour_of
from splice.garbage import look_seldom
from tests.factories.people import actor_for, make_token, make_user
from tests.factories.pools import ensure_default_pool
from tests.hostile.ground import signed_in
from tests.long.crowd import Crowd, order_of
from tests.support.queries import asked_by

EACH = 100
FEW, MANY = 10, 1000  # people, with EACH sessions
ROUNDS = 40
IDLE = 25  # people without a session, so that a page of people is full before the crowd comes, too
SUMMED = timedelta(hours=30)
MOST_SECONDS, MOST_TIMES, MOST_QUERIES = 0.150, 1.5, 12
NOISE_SECONDS = 0.004  # two measurements of one thing differ by this much on a busy machine
FILL_SECONDS = 60.0

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1200),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a drill of the large database"),
]


@dataclass
class Measured:
    seconds: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def p95(self) -> float:
        return quantiles(self.seconds, n=20, method="inclusive")[18]


@dataclass(frozen=True)
class People:
    """Somebody in the middle, and staff; each by cookie and by token."""

    one: User
    staff: User

    def callers(self) -> Iterator[tuple[str, Client, Client]]:
        for name, user in (("person", self.one), ("staff", self.staff)):
            yield name, signed_in(user), Client(headers={"Authorization": f"Bearer {make_token(user)[1]}"})


def addresses(session: str, pool: str, team: str, order: str) -> dict[str, str]:
    """Name to path. Those that begin with `api` are asked by token. A page shows as many rows in either crowd."""
    return {
        "api sessions": "/api/v1/sessions",
        "api sessions, 200": "/api/v1/sessions?limit=200",
        "api sessions, live": "/api/v1/sessions?state=running",
        "api sessions, by metadata": f"/api/v1/sessions?metadata.order={order}",
        "api sessions, of a pool": "/api/v1/sessions?pool=default",
        "api sessions, long ago": "/api/v1/sessions?until=29d&limit=10",
        "api session": f"/api/v1/sessions/{session}",
        "api session events": f"/api/v1/sessions/{session}/events",
        "api events": "/api/v1/events",
        "api events, long ago": f"/api/v1/events?until={long_ago()}",
        "api events, of a type": "/api/v1/events?type=session.ended",
        "api events, of a session": f"/api/v1/events?session={session}",
        "api pools": "/api/v1/pools",
        "api tokens": "/api/v1/tokens",
        "api audit": "/api/v1/audit",
        "api usage": "/api/v1/usage",
        "api teams": "/api/v1/teams",
        "api me": "/api/v1/me",
        "overview": "/",
        "overview parts": "/overview/parts/",
        "sessions": "/sessions/",
        "sessions, live": "/sessions/?state=live",
        "sessions, long ago": "/sessions/?until=29d",
        "sessions, failed": "/sessions/?state=failed",
        "sessions, text": "/sessions/?q=order",
        "sessions, metadata": f"/sessions/?q=metadata.order%3D{order}",
        "sessions, rare text": "/sessions/?q=nothing-has-this-name",
        "session": f"/sessions/{session}/",
        "session parts": f"/sessions/{session}/parts/",
        "pools": "/pools/",
        "pool": f"/pools/{pool}/",
        "tokens": "/tokens/",
        "teams": "/teams/",
        "team": f"/teams/{team}/",
        "usage": "/usage/",
        "audit": "/settings/audit/",
        "status": "/status/",
        "commands": "/commands/?q=order",
        "admin sessions": "/admin/browser_sessions/browsersession/",
        "admin pools": "/admin/pools/pool/",
        "admin users": "/admin/accounts/user/",
    }


def long_ago() -> str:
    return (clock.now() - timedelta(days=29)).strftime("%Y-%m-%dT%H:%M:%SZ")


def measure(people: People, paths: dict[str, str]) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    for who, browser, program in people.callers():
        for name, path in paths.items():
            client = program if name.startswith("api") else browser
            answer = client.get(path)
            if answer.status_code in {302, 403, 404}:  # not for them
                continue
            assert answer.status_code == 200, (who, name, answer.status_code)
            ask = partial(client.get, path)
            number = asked_by(ask)
            found[f"{who}: {name}"] = Measured(timed(ask), number)
    return found


def timed(ask: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - began)
    return seconds


def with_team(crowd: Crowd, one: User) -> str:
    """The one who is asked for is in a team, and has sessions of others through it and by name."""
    neighbour = crowd.people[FEW // 2 + 1]
    team = create_team("crew", actor=actor_for(neighbour))
    join(team, one, Role.MEMBER, actor=actor_for(neighbour))
    theirs = BrowserSession.objects.filter(owner=neighbour).order_by("-id")
    share_session(theirs[1], to=team.public_id, level=Level.VIEW, actor=actor_for(neighbour))
    share_session(theirs[2], to=one.email, level=Level.USE, actor=actor_for(neighbour))
    return team.public_id


def sum_up() -> None:
    """The last hours anew; the periodic task has done the weeks before, hour by hour."""
    Progress.objects.update_or_create(id=1, defaults={"until": hour_of(clock.now()) - SUMMED})
    while roll_up(clock.now()):
        pass


def test_a_hundred_times_the_sessions_cost_no_list_and_no_page_its_speed() -> None:
    pool = ensure_default_pool()
    crowd = Crowd(pool, each=EACH)
    crowd.grow(FEW)
    people = People(crowd.people[FEW // 2], make_user("staff@example.com", superuser=True))
    for number in range(IDLE):
        make_user(f"idle{number}@example.com")
    look_seldom()  # as whoever serves does
    mine = BrowserSession.objects.filter(owner=people.one).order_by("-id")[EACH // 2]
    order = order_of(people.one, EACH // 2)
    paths = addresses(mine.public_id, pool.public_id, with_team(crowd, people.one), order)
    sum_up()
    few = measure(people, paths)

    began = time.monotonic()
    crowd.grow(MANY)
    filled = time.monotonic() - began
    assert BrowserSession.objects.count() == MANY * EACH
    sum_up()
    many = measure(people, paths)

    print(table(few, many, filled))  # noqa: T201 - what a drill is for
    wrong = [f"{name}: {why}" for name, found in many.items() for why in complaints(few[name], found)]
    assert wrong == []
    assert filled <= FILL_SECONDS


def complaints(few: Measured, many: Measured) -> Iterator[str]:
    if many.p95 > MOST_SECONDS:
        yield f"p95 {many.p95 * 1000:.0f} ms"
    if many.p95 > MOST_TIMES * few.p95 + NOISE_SECONDS and median(many.seconds) > MOST_TIMES * median(few.seconds):
        yield f"{many.p95 / few.p95:.1f} times as slow ({few.p95 * 1000:.1f} ms before)"
    if many.queries > MOST_QUERIES:
        yield f"{many.queries} queries"


def table(few: dict[str, Measured], many: dict[str, Measured], filled: float) -> str:
    rows = [f"{'':42} {'few p95':>9} {'many p95':>9} {'times':>6} {'queries':>8}"]
    rows += [
        f"{name:42} {few[name].p95 * 1000:7.1f}ms {found.p95 * 1000:7.1f}ms {found.p95 / few[name].p95:6.2f} "
        f"{found.queries:4}{'' if found.queries <= MOST_QUERIES else ' !'}"
        for name, found in many.items()
    ]
    return "\n".join([f"filled in {filled:.1f} s", *rows])
