"""What is kept of an error, and a schedule in words. Pure but for the logging set-up, which knows what to hide."""

import logging
from typing import Any

LONGEST = 300
_PERIODS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


def first_line(error: BaseException) -> str:
    """Without secrets: every log record goes through the redaction of the house, so this borrows one."""
    lines = str(error).strip().splitlines()
    said: str = logging.makeLogRecord({"msg": lines[0] if lines else ""}).getMessage()
    return "".join(letter if letter.isprintable() else " " for letter in said)[:LONGEST]


def in_words(job: Any) -> str:
    """`every second`, `every 5 minutes`, `At 04:00`: of a row of django_celery_beat."""
    if job.interval is not None:
        return every(job.interval.every, job.interval.period)
    if job.crontab is not None:
        return str(job.crontab.human_readable)
    if job.clocked is not None:
        return f"once, at {job.clocked.clocked_time:%-d %b %Y, %H:%M}"
    return str(job.solar or "never")


def every(number: int, period: str) -> str:
    """The largest unit that divides it: 3600 seconds are an hour."""
    if period not in _PERIODS:
        return f"every {number} {period}"
    seconds = number * _PERIODS[period]
    unit, size = next((name, size) for name, size in _PERIODS.items() if seconds % size == 0)
    amount = seconds // size
    return f"every {unit.removesuffix('s')}" if amount == 1 else f"every {amount} {unit}"
