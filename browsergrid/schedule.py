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
    Job("roll-up", "statistics.roll_up", 300, "celery", "Hours that are over are summed up for usage and charts."),
    Job(
        "forget",
        "housekeeping.forget",
        3600,
        "celery",
        "What is over: old idempotency keys, lapsed processes, ended sign-ins, half-done deletions.",
    ),
    Job(
        "finalise-recordings",
        "recordings.finalise_waiting",
        60,
        "celery",
        "Ended recordings that no message told of become films and lists of events.",
    ),
    Job("forget-recordings", "recordings.forget", 600, "celery", "Recordings, logs and files whose time is up go."),
    Job("forget-runs", "tasks.forget", 3600, "celery", "Runs of background tasks that are older than a week."),
)
