"""Four figures of the last day, each with its line, and the day's charts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.dashboard.charts import Chart, Point, spark
from apps.statistics.use import HOUR, Use

BUCKETS = 24
WIDTH, HEIGHT = 88.0, 30.0
Hours = Sequence[tuple[datetime, Use]]  # every hour of the day, the present one last


@dataclass(frozen=True)
class Figure:
    name: str
    label: str
    value: str
    unit: str
    note: str
    points: tuple[float, ...]

    @property
    def line(self) -> str:
        return spark(self.points, WIDTH, HEIGHT)

    @property
    def area(self) -> str:
        return f"{self.line}L{WIDTH:g} {HEIGHT:g}L0 {HEIGHT:g}Z" if self.line else ""

    @property
    def is_flat(self) -> bool:
        return not any(self.points)

    @property
    def spoken(self) -> str:
        """The line for those who do not see it."""
        return ", ".join(f"{point:g}" for point in self.points)


def figures(hours: Hours, *, in_use: int, last_hour: int) -> list[Figure]:
    """`in_use` sessions now, `last_hour` claims within 60 minutes: an hour of the clock may have just begun."""
    day = Use()
    for _, use in hours:
        day.add(use, anew=False)
    most = max((use.sessions for _, use in hours), default=0)
    value, unit = _time(day.p50) if day.p50 is not None else ("–", "")
    peak = f"at most {most} within an hour" if most else "none in 24 hours"
    share = f"{100 * day.errors / day.claims:.1f} % of claims" if day.claims else "of sessions claimed before"
    return [
        Figure("running", "In use now", str(in_use), "", peak,
               tuple(float(use.sessions) for _, use in hours)),
        Figure("claims", "Claims in the last hour", str(last_hour), "", f"{day.claims} in 24 hours",
               tuple(float(use.claims) for _, use in hours)),
        Figure("wait", "Wait for a browser", value, unit, _p95(day.p95),
               tuple(round(use.p50 or 0.0, 3) for _, use in hours)),
        Figure("errors", "Errors in 24 hours", str(day.errors), "", share if day.errors else "no session failed",
               tuple(float(use.errors) for _, use in hours)),
    ]  # fmt: skip


def day_charts(hours: Hours) -> list[Chart]:
    """Sessions, claims, latency and errors, hour by hour."""
    begin = f"{hours[0][0]:%H:%M} UTC" if hours else ""
    labels = [hour_said(hour) for hour, _ in hours]

    def chart(name: str, title: str, noun: str, values: list[int]) -> Chart:
        points = tuple(Point(label, value, counted(value, noun)) for label, value in zip(labels, values, strict=True))
        return Chart(name, title, f"{counted(sum(values), noun)} in 24 hours", points, begin=begin)

    sessions = [use.sessions for _, use in hours]
    in_use = chart("sessions", "Sessions in use", "session", sessions)
    waits = tuple(Point(label, use.p95 or 0.0, _wait_said(use)) for label, (_, use) in zip(labels, hours, strict=True))
    worst = max((use.p95 or 0.0 for _, use in hours), default=0.0)
    claimed = any(use.claims for _, use in hours)
    now = f"at most {_joined(worst)}" if claimed else "no claims"
    return [
        Chart(in_use.name, in_use.title, f"at most {max(sessions, default=0)} an hour", in_use.points, begin=begin),
        chart("claims", "Claims", "claim", [use.claims for _, use in hours]),
        Chart("latency", "Wait for a browser, p95", now, waits, begin=begin),
        chart("errors", "Errors", "error", [use.errors for _, use in hours]),
    ]


def hour_said(hour: datetime) -> str:
    return f"{hour:%-d %b, %H:%M}–{hour + HOUR:%H:%M}"


def counted(number: float, noun: str) -> str:
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def first_hour(now: datetime) -> datetime:
    return now - timedelta(hours=BUCKETS - 1)


def _wait_said(use: Use) -> str:
    if use.p50 is None or use.p95 is None:
        return "no claims"
    return f"{_joined(use.p95)} (p50 {_joined(use.p50)})"


def _joined(seconds: float) -> str:
    return " ".join(_time(seconds))


def _time(seconds: float) -> tuple[str, str]:
    return (f"{seconds * 1000:.0f}", "ms") if seconds < 1 else (f"{seconds:.1f}", "s")


def _p95(seconds: float | None) -> str:
    if seconds is None:
        return "nothing claimed in 24 hours"
    return f"median; p95 {_joined(seconds)}" if seconds else "every claim found a warm one"
