"""Background work in words: what the resident loops are for."""

from dataclasses import dataclass

from apps.tasks.queries import Numbers, OtherTask

RESIDENT = {
    "watcher.tick": ("Reconciler", "Makes what is into what is wanted: each second, and whenever something happens."),
    "watcher.dispatch": ("Dispatcher", "Numbers events in the order of their commit, so that everyone hears of them."),
    "watcher.collect": ("Collector", "Brings in what the nodes have captured: recordings, logs, downloads."),
}


@dataclass(frozen=True)
class Background:
    task: str
    name: str
    why: str
    numbers: Numbers


def described(other: OtherTask) -> Background:
    name, why = RESIDENT.get(other.task, (other.task, "Sent by the grid itself when there is work."))
    return Background(other.task, name, why, other.numbers)
