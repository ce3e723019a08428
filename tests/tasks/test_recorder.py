"""What is written of background work: each run of its own, or one row a minute of what runs all the time."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError

from apps.core import clock
from apps.tasks import recorder as recording
from apps.tasks.models import TaskRun
from apps.tasks.recorder import SINGLY, Kind, Recorder

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOURLY = Kind("housekeeping.forget", TaskRun.Trigger.BEAT, "forget", "celery")
EVERY_SECOND = Kind("reconciler.tick", TaskRun.Trigger.BEAT, "reconcile", "reconcile")


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def recorder(watch: Stopwatch) -> Recorder:
    return Recorder(watch)


def run(recorder: Recorder, watch: Stopwatch, kind: Kind, seconds: float = 0.1, error: Exception | None = None) -> str:
    key = str(uuid4())
    recorder.begin(key, kind)
    watch.seconds += seconds
    recorder.end(key, error)
    return key


def test_a_run_is_there_while_it_runs_and_tells_its_end(recorder: Recorder, watch: Stopwatch) -> None:
    key = str(uuid4())
    recorder.begin(key, HOURLY)
    row = TaskRun.objects.get(pk=key)
    assert (row.outcome, row.job, row.queue, row.trigger) == ("running", "forget", "celery", "beat")
    watch.seconds += 1.5
    recorder.end(key)
    row.refresh_from_db()
    assert (row.outcome, row.seconds, row.failures) == ("ok", 1.5, 0)


def test_a_failure_keeps_its_class_and_first_line_without_secrets(recorder: Recorder, watch: Stopwatch) -> None:
    error = RuntimeError("cannot reach redis://user:hunter2@cache:6379 with bg_abcdefghijkl123\nTraceback: more")
    row = TaskRun.objects.get(pk=run(recorder, watch, HOURLY, error=error))
    assert (row.outcome, row.error_class, row.failures) == ("failed", "RuntimeError", 1)
    assert row.error.startswith("cannot reach redis://")
    assert "hunter2" not in row.error
    assert "bg_abcdefghijkl123" not in row.error
    assert "more" not in row.error


def test_what_runs_every_second_becomes_one_row_a_minute(recorder: Recorder, watch: Stopwatch) -> None:
    for _ in range(60):
        run(recorder, watch, EVERY_SECOND, seconds=1.0)
    assert TaskRun.objects.count() == 0
    run(recorder, watch, EVERY_SECOND, seconds=1.0)
    [row] = TaskRun.objects.all()
    assert (row.runs, row.seconds, row.outcome) == (61, 1.0, "ok")
    assert clock.now() - row.started_at >= timedelta(seconds=60)


def test_a_minute_of_every_second_costs_one_write(
    recorder: Recorder, watch: Stopwatch, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(2):  # PostgreSQL is asked for the time too
        for _ in range(61):
            run(recorder, watch, EVERY_SECOND, seconds=1.0)


def test_a_failure_among_them_is_told_within_seconds(recorder: Recorder, watch: Stopwatch) -> None:
    run(recorder, watch, EVERY_SECOND, error=ValueError("odd"))
    for _ in range(6):
        run(recorder, watch, EVERY_SECOND, seconds=1.0)
    row = TaskRun.objects.get()
    assert (row.outcome, row.failures, row.error) == ("failed", 1, "odd")
    assert row.runs >= 5


def test_a_storm_of_one_task_is_summed_up_beyond_the_first_ones(recorder: Recorder, watch: Stopwatch) -> None:
    storm = Kind("webhooks.deliver", TaskRun.Trigger.CODE)
    for _ in range(SINGLY + 50):
        run(recorder, watch, storm, seconds=0.01)
    recorder.flush(everything=True)
    assert TaskRun.objects.filter(runs=1).count() == SINGLY
    assert TaskRun.objects.get(runs__gt=1).runs == 50


def test_a_run_by_hand_has_its_own_row_however_often_the_task_runs(recorder: Recorder, watch: Stopwatch) -> None:
    by_hand = Kind("reconciler.tick", TaskRun.Trigger.NOW, "reconcile")
    assert TaskRun.objects.filter(pk=run(recorder, watch, by_hand)).exists()


def test_a_resident_loop_is_timed_and_its_error_goes_on(recorder: Recorder, watch: Stopwatch) -> None:
    def turn() -> None:
        with recorder.timed("watcher.tick"):
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        turn()
    recorder.flush(everything=True)
    row = TaskRun.objects.get(task="watcher.tick")
    assert (row.trigger, row.failures, row.error_class) == ("loop", 1, "OSError")


def test_without_a_database_the_work_goes_on_and_the_minute_is_kept(
    recorder: Recorder, watch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(recording, "_sum_up", away)
        patched.setattr(recording, "_begun", away)
        patched.setattr(recording, "_ended", away)
        run(recorder, watch, HOURLY)
        run(recorder, watch, EVERY_SECOND)
        recorder.flush(everything=True)
    assert TaskRun.objects.count() == 0
    recorder.flush(everything=True)
    assert TaskRun.objects.get().task == "reconciler.tick"


def test_an_end_whose_beginning_nobody_heard_is_passed_over(recorder: Recorder) -> None:
    recorder.end(str(uuid4()))
    assert TaskRun.objects.count() == 0
