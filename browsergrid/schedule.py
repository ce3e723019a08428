"""Every periodic job in one table. Seeded into the database where absent; from then on the rows are the operator's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    name: str
    task: str
    seconds: int
    queue: str
    why: str


JOBS = (
    Job(
        "reconcile",
        "reconciler.tick",
        1,
        "reconcile",
        "Deadlines, pool sizes, starts and ends; a second try beside the watcher.",
    ),
    Job("forget", "housekeeping.forget", 3600, "celery", "Old idempotency keys and rows of processes that are gone."),
)
