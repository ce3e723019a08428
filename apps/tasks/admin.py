"""Periodic tasks with their schedules, which are the operator's to change; and their runs, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat import admin as _schedulers  # noqa: F401 - its pages must be there to be taken away
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from apps.access.actor import Actor
from apps.access.acts import Act
from apps.access.admin import GridAdmin
from apps.tasks.models import TaskRun
from apps.tasks.services import run_now, set_enabled
from apps.tasks.wording import in_words

for model in (PeriodicTask, ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule):
    if admin.site.is_registered(model):
        admin.site.unregister(model)  # the scheduler's own pages know neither our rights nor our looks


def _run(job: PeriodicTask, actor: Actor) -> str:
    run_now(job, actor=actor)
    return f"“{job.name}” is sent; it shows among the runs as soon as a worker takes it."


def _on(job: PeriodicTask, actor: Actor) -> str:
    set_enabled(job, enabled=True, actor=actor)
    return f"“{job.name}” runs on its schedule again."


def _off(job: PeriodicTask, actor: Actor) -> str:
    set_enabled(job, enabled=False, actor=actor)
    return f"“{job.name}” is off; it runs only when you press Run now."


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(GridAdmin):
    """What may be changed here is when, not what: which code runs is no matter of a form.

    Nor of the scheduler's own form, which asks for the name of the task and fails where that is only shown.
    """

    may_change = True
    list_display = ("name", "schedule", "enabled", "task", "queue", "last_run_at")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    search_fields = ("name", "task")
    ordering = ("name",)
    readonly_fields = ("name", "task", "args", "kwargs", "last_run_at", "total_run_count")
    fieldsets = (
        (None, {"fields": ("name", "task", "description", "enabled")}),
        ("Schedule: one of the two", {"fields": ("interval", "crontab")}),
        ("Sending", {"fields": ("queue", "expire_seconds", "args", "kwargs")}),
        ("So far", {"fields": ("last_run_at", "total_run_count")}),
    )
    acts = (
        Act("run", "Run now", "Sends it once, beside its schedule.", _run),
        Act("on", "Switch on", "It runs on its schedule again.", _on, offered=lambda job: not job.enabled),
        Act("off", "Switch off", "Its schedule rests until you switch it on.", _off, offered=lambda job: job.enabled),
    )

    @admin.display(description="schedule")
    def schedule(self, job: PeriodicTask) -> str:
        return in_words(job)


@admin.register(IntervalSchedule)
class IntervalAdmin(GridAdmin):
    may_add = True
    list_display = ("__str__", "every", "period")
    ordering = ("period", "every")


@admin.register(CrontabSchedule)
class CrontabAdmin(GridAdmin):
    may_add = True
    list_display = ("human_readable", "minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone")
    ordering = ("pk",)


class OutcomeFilter(admin.SimpleListFilter):
    title = "outcome"
    parameter_name = "went"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", "With failures"), ("open", "Running or waiting"), ("by_hand", "By hand")]

    def queryset(self, request: Any, queryset: QuerySet[TaskRun]) -> QuerySet[TaskRun]:
        match self.value():
            case "failed":
                return queryset.filter(failures__gt=0)
            case "open":
                return queryset.filter(outcome__in=[TaskRun.Outcome.SENT, TaskRun.Outcome.RUNNING])
            case "by_hand":
                return queryset.filter(trigger=TaskRun.Trigger.NOW)
        return queryset


@admin.register(TaskRun)
class TaskRunAdmin(GridAdmin):
    list_display = ("created_at", "task", "job", "trigger", "outcome", "runs", "failures", "seconds", "error_class")
    list_filter = (OutcomeFilter,)
    search_fields = ("task", "job")
    ordering = ("-created_at",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[TaskRun], search_term: str
    ) -> tuple[QuerySet[TaskRun], bool]:
        text = search_term.strip()
        return (queryset.filter(task=text) | queryset.filter(job=text) if text else queryset), False
