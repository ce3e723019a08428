"""What staff read of background work."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import NotFound
from apps.tasks.models import TaskRun
from apps.tasks.queries import recent_runs, scheduled_tasks, weighted
from apps.tasks.seeding import seed

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(make_user: Callable[..., User]) -> Actor:
    seed()
    return Actor.by_cookie(make_user(staff=True))


def ran(task: str = "housekeeping.forget", seconds: float = 1.0, **fields: object) -> TaskRun:
    fields = {"trigger": "beat", "outcome": "ok", "started_at": clock.now(), "slow_seconds": seconds} | fields
    return TaskRun.objects.create(task=task, seconds=seconds, **fields)


def forget(staff: Actor):
    jobs, _ = scheduled_tasks(staff, clock.now())
    return next(job for job in jobs if job.name == "forget")


def test_a_job_tells_its_schedule_its_last_and_its_next_run(staff: Actor) -> None:
    run = ran()
    job = forget(staff)
    assert job.schedule == "every hour"
    assert job.last_at == run.started_at
    assert job.next_at == run.started_at + timedelta(hours=1)
    assert not job.is_late


def test_durations_are_told_as_median_and_slowest_twentieth(staff: Actor) -> None:
    for number in range(1, 101):
        ran(seconds=number / 100)
    numbers = forget(staff).numbers
    assert (numbers.runs, numbers.p50, numbers.p95) == (100, 0.5, 0.95)


def test_failures_of_the_last_day_are_counted_with_the_newest_words(staff: Actor) -> None:
    ran(outcome="failed", failures=1, error_class="OSError", error="first")
    ran(outcome="failed", failures=1, error_class="OSError", error="second")
    old = ran(outcome="failed", failures=1, error_class="OSError", error="old")
    TaskRun.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(hours=25))
    numbers = forget(staff).numbers
    assert numbers.failures == 2
    assert numbers.last_failure is not None
    assert numbers.last_failure.error == "second"


def test_a_job_that_is_long_due_is_late_unless_it_is_off(staff: Actor) -> None:
    PeriodicTask.objects.filter(name="forget").update(last_run_at=clock.now() - timedelta(hours=3))
    assert forget(staff).is_late
    PeriodicTask.objects.filter(name="forget").update(enabled=False)
    assert not forget(staff).is_late


def test_a_crontab_has_a_next_run_too(staff: Actor) -> None:
    nightly = CrontabSchedule.objects.create(minute="0", hour="4")
    PeriodicTask.objects.filter(name="forget").update(crontab=nightly, interval=None, last_run_at=clock.now())
    job = forget(staff)
    assert "04:00" in job.schedule
    assert job.next_at is not None
    assert timedelta(0) < job.next_at - clock.now() <= timedelta(days=1)


def test_loops_stand_apart_and_quiet_minutes_are_no_news(staff: Actor) -> None:
    ran("watcher.tick", runs=60, trigger="loop")
    failed = ran("watcher.tick", runs=60, failures=2, trigger="loop", outcome="failed")
    _, others = scheduled_tasks(staff, clock.now())
    assert [(other.task, other.numbers.runs) for other in others] == [("watcher.tick", 120)]
    assert list(recent_runs(staff)) == [failed]


def test_a_thousand_runs_cost_no_more_queries_than_one(staff: Actor, django_assert_max_num_queries) -> None:
    TaskRun.objects.bulk_create(
        TaskRun(task=f"t{n % 30}", trigger="beat", outcome="ok", seconds=0.1, slow_seconds=0.1) for n in range(1000)
    )
    with django_assert_max_num_queries(6):  # the database's clock among them
        scheduled_tasks(staff, clock.now())
        list(recent_runs(staff))


def test_for_others_there_is_nothing(make_user: Callable[..., User]) -> None:
    with pytest.raises(NotFound):
        scheduled_tasks(Actor.by_cookie(make_user()), clock.now())
    with pytest.raises(NotFound):
        recent_runs(Actor.by_cookie(make_user()))


@pytest.mark.parametrize(
    ("pairs", "share", "value"),
    [([], 0.5, None), ([(None, 3)], 0.5, None), ([(1.0, 1), (2.0, 99)], 0.5, 2.0), ([(1.0, 99), (2.0, 1)], 0.95, 1.0)],
)
def test_a_summary_weighs_as_many_runs_as_it_stands_for(pairs, share: float, value: float | None) -> None:
    assert weighted(pairs, share) == value


def test_intervals_are_told_in_their_largest_unit() -> None:
    from apps.tasks.wording import every

    said = [every(1, "seconds"), every(90, "seconds"), every(3600, "seconds"), every(48, "hours"), every(5, "minutes")]
    assert said == ["every second", "every 90 seconds", "every hour", "every 2 days", "every 5 minutes"]
    assert every(10, IntervalSchedule.MICROSECONDS) == "every 10 microseconds"
