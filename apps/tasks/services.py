"""Run a task now, switch a schedule off and on, forget what is old."""

import json
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django_celery_beat.models import PeriodicTask, PeriodicTasks
from kombu.exceptions import OperationalError

from apps.access.actor import Actor
from apps.access.staff import staff_only
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core.errors import Invalid, NoCapacity
from apps.tasks.models import TaskRun
from apps.tasks.signals import JOB_HEADER, TRIGGER_HEADER

OVERDUE = timedelta(hours=6)  # what has not ended by then never will
NOW_EXPIRES = 3600  # seconds: a run asked for by hand that no worker takes by then is dropped


def run_now(job: PeriodicTask, *, actor: Actor) -> TaskRun:
    """Send the job's task once, beside its schedule. Raises NotFound, Invalid, NoCapacity where Redis is away.

    Sent before the commit, so that nothing is written of what was not sent; a worker that is quicker waits for the row.
    Tried once: SQLite lets nobody else write meanwhile.
    """
    staff_only(actor)
    arguments, options = _json(job.args, list), _json(job.kwargs, dict)
    with transaction.atomic():
        run = TaskRun.objects.create(
            task=job.task,
            job=job.name,
            queue=job.queue or current_app.conf.task_default_queue,
            trigger=TaskRun.Trigger.NOW,
            by=actor.user.public_id if actor.user else "",
            outcome=TaskRun.Outcome.SENT,
        )
        record(actor, Action.TASK_STARTED, run, after={"task": job.task, "job": job.name})
        headers = {JOB_HEADER: job.name, TRIGGER_HEADER: TaskRun.Trigger.NOW.value}
        try:
            with current_app.connection_for_write(transport_options={"max_retries": 0}) as broker:
                current_app.send_task(
                    job.task, args=arguments, kwargs=options, queue=job.queue or None, task_id=str(run.pk),
                    headers=headers, expires=NOW_EXPIRES, retry=False, connection=broker,
                )  # fmt: skip
        except OperationalError as error:
            raise NoCapacity("no_broker", "Redis does not answer, so nothing was sent.", retry_after=5) from error
    return run


def set_enabled(job: PeriodicTask, *, enabled: bool, actor: Actor) -> None:
    """Beat looks at its rows again within seconds. Repeatable."""
    staff_only(actor)
    with transaction.atomic():
        if PeriodicTask.objects.filter(pk=job.pk).exclude(enabled=enabled).update(enabled=enabled):
            PeriodicTasks.update_changed()
            record(actor, Action.ROW_CHANGED, job, before={"enabled": not enabled}, after={"enabled": enabled})
    job.enabled = enabled


def forget_old_runs(now: datetime) -> int:
    """Runs older than the knob says go; what began long ago and never ended is called lost. Returns how many went."""
    stuck = TaskRun.objects.filter(
        outcome__in=[TaskRun.Outcome.SENT, TaskRun.Outcome.RUNNING], created_at__lt=now - OVERDUE
    )
    stuck.update(outcome=TaskRun.Outcome.LOST, failures=1, error_class="Lost", error="Its worker never told its end.")
    old = TaskRun.objects.filter(created_at__lt=now - timedelta(days=settings.GRID.task_run_days))
    return old.delete()[0]


def _json(text: str, kind: type) -> Any:
    """What the operator wrote as arguments of the job."""
    try:
        value = json.loads(text or ("[]" if kind is list else "{}"))
    except ValueError:
        value = None
    if not isinstance(value, kind):
        raise Invalid("invalid", "The arguments of this task are not JSON; mend them in the administration.")
    return value
