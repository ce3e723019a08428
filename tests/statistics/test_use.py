"""What lies within an hour, and hours put together."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from apps.statistics.days import by_day, by_hour, by_pool, total
from apps.statistics.use import HOUR, Life, Use, use_within

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
OWNER, POOL = uuid4(), uuid4()


def life(begin: float, end: float | None, *, active: float = 0.0, waited: float = 0.0, failed: bool = False) -> Life:
    """Minutes from nine; without an end it is seen at 12:00."""
    return Life(
        owner=OWNER,
        pool=POOL,
        claimed_at=NINE + timedelta(minutes=begin),
        ended_at=None if end is None else NINE + timedelta(minutes=end),
        seen_at=NINE + timedelta(hours=3),
        failed=failed,
        waited=waited,
        active_seconds=active,
        bytes=10,
    )


def hour(lives: list[Life], number: int = 0) -> Use:
    start = NINE + HOUR * number
    return use_within(lives, start, start + HOUR)


def test_an_hour_holds_what_overlaps_it() -> None:
    use = hour([life(-30, -10), life(-30, 15), life(50, 70), life(60, 80)])
    assert (use.sessions, use.claims) == (2, 1)
    assert use.held_seconds == (15 + 10) * 60


def test_errors_and_bytes_count_where_the_session_ended() -> None:
    lives = [life(50, 70, failed=True)]
    assert (hour(lives).errors, hour(lives).bytes) == (0, 0)
    assert (hour(lives, 1).errors, hour(lives, 1).bytes) == (1, 10)


def test_active_and_idle_seconds_of_all_hours_are_the_session_s_own() -> None:
    lives = [life(20, 140, active=3600)]
    hours = [hour(lives, number) for number in range(3)]
    assert sum(use.active_seconds for use in hours) == pytest.approx(3600)
    assert sum(use.idle_seconds for use in hours) == pytest.approx(3600)


def test_waits_are_those_of_claims_in_the_hour() -> None:
    use = hour([life(1, 2), life(3, 4, waited=2.0), life(-5, 6, waited=9.0)])
    assert use.p50 == 0.0
    assert use.p95 == pytest.approx(2.0, rel=0.08)


def kept(lives: list[Life], pool: UUID = POOL) -> dict[tuple[datetime, UUID], Use]:
    return {(NINE + HOUR * number, pool): hour(lives, number) for number in range(4) if hour(lives, number).sessions}


def test_a_session_of_three_hours_is_one_in_the_day() -> None:
    (day,) = by_day(kept([life(10, 150), life(70, 80)]), NINE.date(), NINE.date())
    assert (day[1].sessions, day[1].claims) == (2, 2)


def test_a_session_that_began_the_day_before_counts_on_both() -> None:
    late = datetime(2026, 11, 20, 23, tzinfo=UTC)
    use = Use(sessions=1, claims=1, held_seconds=1800)
    hours = {(late, POOL): use, (late + HOUR, POOL): Use(sessions=1, held_seconds=60)}
    days = by_day(hours, late.date(), (late + HOUR).date())
    assert [entry.sessions for _, entry in days] == [1, 1]
    assert total(hours).sessions == 1


def test_quiet_hours_and_days_are_there_too() -> None:
    hours = kept([life(10, 20)])
    assert [use.sessions for _, use in by_hour(hours, NINE - HOUR, NINE + HOUR)] == [0, 1, 0]
    assert len(by_day(hours, NINE.date() - timedelta(days=29), NINE.date())) == 30


def test_pools_come_by_use() -> None:
    other = uuid4()
    hours = kept([life(10, 20)]) | kept([life(10, 50)], other)
    assert [pool for pool, _ in by_pool(hours)] == [other, POOL]
