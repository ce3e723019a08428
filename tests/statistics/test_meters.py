"""How much of each quota is used, as people see it."""

from dataclasses import replace

import pytest
from pytest_django import Settings

from apps.accounts.models import User
from apps.core import clock
from apps.pools.models import Pool
from apps.quotas.models import Quota
from apps.quotas.rules import Measure
from apps.recordings.kinds import FileKind, Kind, RecordingState
from apps.recordings.models import Recording, SessionFile
from apps.statistics.meters import Meter, standing
from tests.factories.people import make_user
from tests.factories.sessions import make_claimed_session
from tests.factories.teams import make_team
from tests.support.queries import asked_by

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def user(default_pool: Pool) -> User:
    return make_user()


def keeps(user: User, *, recorded: int = 0, filed: int = 0) -> None:
    """One more session of that person, of which so many bytes are kept."""
    session = make_claimed_session(user, keep_alive=True)
    now = clock.now()
    Recording.objects.create(session=session, kind=Kind.LOGS, started_at=now, bytes=recorded)
    Recording.objects.create(session=session, kind=Kind.DOM, started_at=now, state=RecordingState.DELETED)
    SessionFile.objects.create(session=session, kind=FileKind.DOWNLOAD, name="a", bytes=filed)
    SessionFile.objects.create(session=session, kind=FileKind.DOWNLOAD, name="b", bytes=500, deleted_at=now)


def meter(user: User, measure: Measure, team: str = "") -> Meter:
    meters = standing(user, clock.now()).meters
    return next(each for each in meters if (each.measure, each.team) == (measure, team))


def test_sessions_and_minutes_are_told_with_their_limits(user: User) -> None:
    Quota.objects.create(user=user, sessions=4)
    make_claimed_session(user)
    sessions, minutes = meter(user, Measure.SESSIONS), meter(user, Measure.MINUTES)
    assert (sessions.used, sessions.limit) == (1, 4)
    assert (minutes.used, minutes.limit) == (0, None)


def test_storage_is_what_recordings_and_files_take_and_deleted_ones_do_not(user: User) -> None:
    assert meter(user, Measure.STORAGE_BYTES).used == 0
    keeps(user, recorded=100, filed=7)
    keeps(user, recorded=3_000_000_000)
    keeps(make_user(), recorded=10)
    assert meter(user, Measure.STORAGE_BYTES).used == 3_000_000_107


def test_a_team_s_storage_is_that_of_its_members_together(user: User) -> None:
    mate = make_user()
    Quota.objects.create(team=make_team(user, mate), storage_bytes=1000)
    keeps(user, recorded=100)
    keeps(mate, filed=50)
    own, together = meter(user, Measure.STORAGE_BYTES), meter(user, Measure.STORAGE_BYTES, "Crawlers")
    assert (own.used, own.limit) == (100, 1000)
    assert (together.used, together.limit) == (150, 1000)


def test_what_is_kept_is_one_more_question_and_none_where_nothing_limits_it(user: User, settings: Settings) -> None:
    now = clock.now()
    few = asked_by(lambda: standing(user, now, limited_only=True))
    assert standing(user, now, limited_only=True).meters == []
    assert asked_by(lambda: standing(user, now)) == few + 1
    settings.GRID = replace(settings.GRID, user_storage_bytes=10)
    assert asked_by(lambda: standing(user, now, limited_only=True)) == few + 1
    assert [each.measure for each in standing(user, now, limited_only=True).meters] == [Measure.STORAGE_BYTES]
