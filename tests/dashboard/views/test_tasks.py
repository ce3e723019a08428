"""The page of background work, for those who run the grid."""

from collections.abc import Callable

import pytest
from celery import current_app
from django.test import Client
from kombu.exceptions import OperationalError

from apps.accounts.models import User
from apps.core import clock
from apps.tasks.models import TaskRun
from apps.tasks.seeding import seed

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _jobs(db: None) -> None:
    seed()


def test_every_job_is_shown_with_its_schedule_and_how_it_went(staff: User, sign_in: SignIn) -> None:
    TaskRun.objects.create(
        task="housekeeping.forget", job="forget", trigger="beat", outcome="failed", started_at=clock.now(),
        seconds=0.25, slow_seconds=0.25, failures=1, error_class="OSError", error="disk full",
    )  # fmt: skip
    page = sign_in(staff).get("/tasks/").content.decode()
    for words in ("every second", "every hour", "250 ms", "OSError: disk full", "Run now: forget"):
        assert words in page


def test_what_an_error_says_is_text_and_not_html(staff: User, sign_in: SignIn) -> None:
    TaskRun.objects.create(
        task="t", trigger="code", outcome="failed", failures=1, error_class="E", error="<script>alert(1)</script>"
    )
    assert "<script>alert" not in sign_in(staff).get("/tasks/").content.decode()


def test_running_now_sends_it_and_shows_it_waiting(
    staff: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_app._get_current_object(), "send_task", lambda *_, **__: None)
    page = sign_in(staff).post("/tasks/forget/run/", follow=True).content.decode()
    assert "is sent" in page
    assert "waits for a worker" in page
    assert "by hand" in page


def test_without_redis_it_says_so(staff: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(current_app._get_current_object(), "send_task", away)
    page = sign_in(staff).post("/tasks/forget/run/", follow=True).content.decode()
    assert "nothing was sent" in page


def test_for_others_there_is_no_such_page(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    for answer in (client.get("/tasks/"), client.get("/tasks/parts/"), client.post("/tasks/forget/run/")):
        assert answer.status_code == 404
    assert "/tasks/" not in client.get("/").content.decode()


def test_the_page_asks_little(staff: User, sign_in: SignIn, django_assert_max_num_queries) -> None:
    TaskRun.objects.bulk_create(TaskRun(task=f"t{n % 9}", trigger="code", outcome="ok") for n in range(500))
    client = sign_in(staff)
    with django_assert_max_num_queries(12):
        client.get("/tasks/")
