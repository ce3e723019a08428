"""What runs when and how it went, for staff."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django_celery_beat.models import PeriodicTask

from apps.access.actor import Actor
from apps.access.staff import staff_only
from apps.core.errors import NotFound
from apps.tasks.models import TaskRun
from apps.tasks.wording import in_words

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)  # of what is summed up by the minute
MOST = 3000
LATE = timedelta(minutes=3)  # beyond its interval: beat writes its rows that seldom


@dataclass(frozen=True)
class Numbers:
    """Of the last day; of what runs every second, of the last hour."""

    runs: int
    p50: float | None
    p95: float | None
    failures: int  # of the last day
    last: TaskRun | None
    last_failure: TaskRun | None


@dataclass(frozen=True)
class ScheduledTask:
    id: int
    name: str
    task: str
    why: str
    queue: str
    schedule: str
    enabled: bool
    last_at: datetime | None
    next_at: datetime | None
    is_late: bool
    numbers: Numbers


@dataclass(frozen=True)
class OtherTask:
    """What is not on any schedule: resident loops, and what code sends."""

    task: str
    trigger: str
    numbers: Numbers


NOTHING = Numbers(0, None, None, 0, None, None)


def scheduled_tasks(actor: Actor, now: datetime) -> tuple[list[ScheduledTask], list[OtherTask]]:
    """Every periodic task by name, then everything else that ran lately. Raises NotFound for all but staff."""
    staff_only(actor)
    by_task = _numbers(now)
    jobs = PeriodicTask.objects.select_related("interval", "crontab", "solar", "clocked").order_by("name")
    found = [_scheduled(job, by_task.get(job.task, NOTHING), now) for job in jobs]
    known = {job.task for job in found}
    others = [
        OtherTask(task, numbers.last.trigger if numbers.last else "", numbers)
        for task, numbers in sorted(by_task.items())
        if task not in known
    ]
    return found, others


def recent_runs(actor: Actor, limit: int = 40) -> QuerySet[TaskRun]:
    """Newest first; of summaries only those in which something failed."""
    staff_only(actor)
    return TaskRun.objects.filter(Q(runs=1) | Q(failures__gt=0)).order_by("-created_at")[:limit]


def find_job(actor: Actor, name: str) -> PeriodicTask:
    """Raises NotFound for what is not there and for all but staff, alike."""
    staff_only(actor)
    job = PeriodicTask.objects.select_related("interval", "crontab").filter(name=name).first()
    if job is None:
        raise NotFound
    return job


def failed_lately(now: datetime) -> int:
    """Failures of the last hour, for what needs attention."""
    failed = TaskRun.objects.filter(failures__gt=0, created_at__gt=now - HOUR)
    return int(failed.aggregate(number=Sum("failures"))["number"] or 0)


def stuck_lately(now: datetime, longer_than: timedelta) -> int:
    """Runs that began, or were sent, that long ago and have not ended."""
    return TaskRun.objects.filter(
        outcome__in=[TaskRun.Outcome.SENT, TaskRun.Outcome.RUNNING], created_at__lt=now - longer_than
    ).count()


def _numbers(now: datetime) -> dict[str, Numbers]:
    since = Q(runs=1, created_at__gt=now - DAY) | Q(created_at__gt=now - HOUR)
    rows = list(TaskRun.objects.filter(since).order_by("-created_at")[:MOST])
    by_task: dict[str, list[TaskRun]] = defaultdict(list)
    for row in rows:
        by_task[row.task].append(row)
    failed = TaskRun.objects.filter(failures__gt=0, created_at__gt=now - DAY)
    counted = dict(failed.order_by().values_list("task").annotate(Sum("failures")))
    newest = {row.task: row for row in reversed(failed.order_by("-created_at")[:100])}
    return {
        task: Numbers(
            runs=sum(row.runs for row in by_task[task]),
            p50=weighted(((row.seconds, row.runs) for row in by_task[task]), 0.5),
            p95=weighted(((row.slow_seconds, row.runs) for row in by_task[task]), 0.95),
            failures=counted.get(task, 0),
            last=by_task[task][0] if by_task[task] else None,
            last_failure=newest.get(task),
        )
        for task in {*by_task, *counted}
    }


def weighted(pairs: Iterable[tuple[float | None, int]], share: float) -> float | None:
    """The value that `share` of the weight lies at or below."""
    known = sorted((value, weight) for value, weight in pairs if value is not None)
    wanted, seen = share * sum(weight for _, weight in known), 0
    for value, weight in known:
        seen += weight
        if seen >= wanted:
            return value
    return None


def _scheduled(job: PeriodicTask, numbers: Numbers, now: datetime) -> ScheduledTask:
    newest = numbers.last
    written = (newest.created_at if newest.is_summary else newest.started_at) if newest else None
    ran = [moment for moment in (job.last_run_at, written) if moment]
    last_at = max(ran, default=None)
    next_at = _next(job, last_at, now) if job.enabled else None
    return ScheduledTask(
        id=job.pk,
        name=job.name,
        task=job.task,
        why=job.description,
        queue=job.queue or "celery",
        schedule=in_words(job),
        enabled=job.enabled,
        last_at=last_at,
        next_at=next_at,
        is_late=next_at is not None and next_at < now - LATE,
        numbers=numbers,
    )


def _next(job: PeriodicTask, last_at: datetime | None, now: datetime) -> datetime | None:
    if job.clocked is not None:
        moment: datetime = job.clocked.clocked_time
        return moment
    last_at = last_at or job.date_changed  # beat counts from there
    if job.interval is not None:
        return last_at + timedelta(**{job.interval.period: job.interval.every})
    remaining: timedelta = job.schedule.remaining_estimate(last_at)
    return now + remaining
