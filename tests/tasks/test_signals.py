"""A worker's own signals find their way into rows, with what sent the run."""

from uuid import uuid4

import pytest
from celery import shared_task

from apps.tasks import signals
from apps.tasks.models import TaskRun

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _listening() -> None:
    signals.listen()


@shared_task(name="tests.fine")
def fine() -> None: ...


@shared_task(name="tests.broken")
def broken() -> None:
    raise RuntimeError("password=hunter2hunter2 is wrong")


@pytest.mark.parametrize(
    ("headers", "trigger", "job"),
    [
        ({}, "code", ""),
        ({"periodic_task_name": "forget"}, "beat", "forget"),
        ({"periodic_task_name": "forget", "browsergrid_trigger": "now"}, "now", "forget"),
    ],
)
def test_a_run_tells_what_sent_it(headers: dict[str, str], trigger: str, job: str) -> None:
    key = str(uuid4())
    fine.apply(task_id=key, headers=headers)
    row = TaskRun.objects.get(pk=key)
    assert (row.task, row.outcome, row.trigger, row.job) == ("tests.fine", "ok", trigger, job)


def test_a_task_that_fails_is_told_so_without_the_secret_in_its_words() -> None:
    key = str(uuid4())
    broken.apply(task_id=key)
    row = TaskRun.objects.get(pk=key)
    assert (row.outcome, row.error_class) == ("failed", "RuntimeError")
    assert "hunter2" not in row.error
