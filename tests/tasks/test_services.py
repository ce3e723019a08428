"""Running now, switching off, forgetting."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django_celery_beat.models import PeriodicTask, PeriodicTasks
from kombu.exceptions import OperationalError

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.audit.models import Entry
from apps.core import clock
from apps.core.errors import Invalid, NoCapacity, NotFound
from apps.tasks.models import TaskRun
from apps.tasks.seeding import seed
from apps.tasks.services import forget_old_runs, run_now, set_enabled

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(make_user: Callable[..., User]) -> Actor:
    return Actor.by_cookie(make_user(staff=True))


@pytest.fixture
def job(db: None) -> PeriodicTask:
    seed()
    return PeriodicTask.objects.get(name="forget")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(
        current_app._get_current_object(),
        "send_task",
        lambda name, **options: messages.append({"name": name, **options}),
    )
    return messages


def test_a_run_by_hand_is_sent_and_waits_for_a_worker(
    job: PeriodicTask, staff: Actor, sent: list[dict[str, Any]]
) -> None:
    run = run_now(job, actor=staff)
    assert (run.outcome, run.trigger, run.by) == ("sent", "now", staff.user and staff.user.public_id)
    [message] = sent
    assert (message["name"], message["task_id"], message["queue"]) == ("housekeeping.forget", str(run.pk), "celery")
    assert message["headers"] == {"periodic_task_name": "forget", "browsergrid_trigger": "now"}


def test_it_is_in_the_audit(job: PeriodicTask, staff: Actor, sent: list[dict[str, Any]]) -> None:
    run_now(job, actor=staff)
    assert Entry.objects.get(action="task.started").after == {"task": "housekeeping.forget", "job": "forget"}


def test_without_a_broker_nothing_is_left_behind(
    job: PeriodicTask, staff: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(current_app._get_current_object(), "send_task", away)
    with pytest.raises(NoCapacity):
        run_now(job, actor=staff)
    assert not TaskRun.objects.exists()
    assert not Entry.objects.filter(action="task.started").exists()


def test_arguments_that_are_not_json_are_told_and_not_sent(
    job: PeriodicTask, staff: Actor, sent: list[dict[str, Any]]
) -> None:
    job.args = "[oh"
    with pytest.raises(Invalid):
        run_now(job, actor=staff)
    assert sent == []


def test_for_others_there_is_no_such_thing(job: PeriodicTask, make_user: Callable[..., User]) -> None:
    with pytest.raises(NotFound):
        run_now(job, actor=Actor.by_cookie(make_user()))
    with pytest.raises(NotFound):
        set_enabled(job, enabled=False, actor=Actor.by_cookie(make_user()))


def test_a_schedule_is_switched_off_and_beat_hears_of_it(job: PeriodicTask, staff: Actor) -> None:
    before = PeriodicTasks.last_change()
    set_enabled(job, enabled=False, actor=staff)
    assert not PeriodicTask.objects.get(pk=job.pk).enabled
    assert PeriodicTasks.last_change() != before


def test_old_runs_go_and_what_never_ended_is_called_lost(db: None) -> None:
    now = clock.now()
    old, stuck, fresh = (
        TaskRun.objects.create(task="t", trigger="beat", outcome=outcome) for outcome in ("ok", "running", "running")
    )
    TaskRun.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=8))
    TaskRun.objects.filter(pk=stuck.pk).update(created_at=now - timedelta(hours=7))
    assert forget_old_runs(now) == 1
    outcomes = dict(TaskRun.objects.values_list("pk", "outcome"))
    assert outcomes == {stuck.pk: "lost", fresh.pk: "running"}
