"""Usage: quotas as meters, what was used by day and by pool, the same as CSV."""

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.core import clock
from apps.dashboard.asking import actor_of, person
from apps.dashboard.charts import Chart, points
from apps.dashboard.figures import counted
from apps.dashboard.meters import bytes_said, quota_rows
from apps.dashboard.spans import in_words
from apps.dashboard.views.page import page
from apps.sessions.usage import day_of
from apps.statistics.days import Hours, by_day, by_pool, total
from apps.statistics.queries import names_of_pools, usage_of
from apps.statistics.use import Use

SPANS = (7, 30, 90)
USUAL = 30
COLUMNS = ("day", "sessions", "claims", "errors", "active_seconds", "idle_seconds", "bytes")
Days = Sequence[tuple[date, Use]]


@page
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    now, span = clock.now(), _span(request)
    hours, days = _used(request, now, span)
    used = by_pool(hours)
    names = names_of_pools([pool for pool, _ in used])
    context = {
        "span": span,
        "spans": [(number, f"{reverse('dashboard:usage')}?days={number}") for number in SPANS],
        "quotas": quota_rows(person(request), now),
        "charts": _charts(days, total(hours)),
        "days": [(day, use) for day, use in reversed(days) if use.sessions],
        "pools": [(names.get(pool, "A pool that is gone"), use) for pool, use in used],
        "total": total(hours),
        "csv_url": f"{reverse('dashboard:usage-csv')}?days={span}",
    }
    return render(request, "dashboard/usage/page.html", context)


@page
@require_GET
def days_csv(request: HttpRequest) -> HttpResponse:
    """One line a day, the oldest first; numbers as they are."""
    now, span = clock.now(), _span(request)
    _, days = _used(request, now, span)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="browsergrid-usage-{now:%Y-%m-%d}.csv"'
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for day, use in days:
        active, idle = round(use.active_seconds, 1), round(use.idle_seconds, 1)
        writer.writerow([day.isoformat(), use.sessions, use.claims, use.errors, active, idle, use.bytes])
    return response


def _used(request: HttpRequest, now: datetime, span: int) -> tuple[Hours, Days]:
    since = day_of(now) - timedelta(days=span - 1)
    hours = usage_of(actor_of(request), since, now)
    return hours, by_day(hours, since.date(), now.date())


def _span(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    return int(given) if given in {str(span) for span in SPANS} else USUAL


def _charts(days: Days, whole: Use) -> list[Chart]:
    labels = [f"{day:%-d %b %Y}" for day, _ in days]
    begin = f"{days[0][0]:%-d %b}" if days else ""

    def chart(name: str, title: str, now: str, values: list[float], say: Callable[[float], str]) -> Chart:
        told = points(list(zip(labels, values, strict=True)), say)
        return Chart(name, title, now, told, column="Day", begin=begin, end="today")

    sessions = [float(use.sessions) for _, use in days]
    active = [use.active_seconds for _, use in days]
    idle = [use.idle_seconds for _, use in days]
    moved = [float(use.bytes) for _, use in days]
    return [
        chart("sessions", "Sessions", f"{whole.sessions} in all", sessions, lambda value: counted(value, "session")),
        chart("active", "Time with a client", in_words(whole.active_seconds), active, in_words),
        chart("idle", "Time without one", in_words(whole.idle_seconds), idle, in_words),
        chart("bytes", "Bytes over CDP", bytes_said(whole.bytes), moved, lambda value: bytes_said(int(value))),
    ]
