"""Schedules are put in where absent, and are the operator's from then on."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask

pytestmark = pytest.mark.django_db


def test_migrating_puts_every_job_in() -> None:
    call_command("migrate", verbosity=0)
    found = dict(PeriodicTask.objects.values_list("name", "task"))
    assert {job.name: job.task for job in settings.PERIODIC_JOBS}.items() <= found.items()


def test_what_the_operator_changed_stays(django_assert_max_num_queries) -> None:
    call_command("migrate", verbosity=0)
    hourly = IntervalSchedule.objects.create(every=7, period="days")
    PeriodicTask.objects.filter(name="forget").update(enabled=False, interval=hourly, queue="slow")
    call_command("migrate", verbosity=0)
    job = PeriodicTask.objects.get(name="forget")
    assert (job.enabled, job.interval, job.queue) == (False, hourly, "slow")


def test_two_equal_intervals_stop_no_migration() -> None:
    PeriodicTask.objects.all().delete()
    IntervalSchedule.objects.create(every=3600, period="seconds")
    IntervalSchedule.objects.create(every=3600, period="seconds")
    call_command("migrate", verbosity=0)
    assert PeriodicTask.objects.filter(name="forget").exists()
