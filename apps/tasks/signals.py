"""Celery's own signals, heard in a worker: which run begins and how it ended."""

from typing import Any

from celery.signals import task_postrun, task_prerun, worker_process_shutdown, worker_shutdown

from apps.tasks.models import TaskRun
from apps.tasks.recorder import Kind, recorder

TRIGGER_HEADER = "browsergrid_trigger"  # set by `run_now`
JOB_HEADER = "periodic_task_name"  # set by beat


def listen() -> None:
    """Repeatable."""
    task_prerun.connect(begins, dispatch_uid="apps.tasks")
    task_postrun.connect(has_ended, dispatch_uid="apps.tasks")
    worker_shutdown.connect(says_farewell, dispatch_uid="apps.tasks")
    worker_process_shutdown.connect(says_farewell, dispatch_uid="apps.tasks.process")


def begins(task_id: str, task: Any, **_: Any) -> None:
    recorder.begin(task_id, kind_of(task))


def has_ended(task_id: str, retval: Any = None, **_: Any) -> None:
    recorder.end(task_id, retval if isinstance(retval, BaseException) else None)


def says_farewell(**_: Any) -> None:
    recorder.flush(everything=True)


def kind_of(task: Any) -> Kind:
    request = task.request
    headers = request.headers or {}
    job = str(headers.get(JOB_HEADER) or getattr(request, JOB_HEADER, None) or "")
    asked = headers.get(TRIGGER_HEADER) or getattr(request, TRIGGER_HEADER, None)
    if asked == TaskRun.Trigger.NOW:
        trigger = TaskRun.Trigger.NOW
    else:
        trigger = TaskRun.Trigger.BEAT if job else TaskRun.Trigger.CODE
    queue = str((request.delivery_info or {}).get("routing_key") or "")
    return Kind(task.name, trigger, job[:200], queue[:60])
