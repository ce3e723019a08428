"""Which tests go to the same process: those of a file, and all journeys, for each process with some runs a product."""

from xdist.scheduler import LoadScopeScheduling

JOURNEYS = "tests/journeys/"


class ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid.partition("::")[0]


def begins_late(nodeid: str) -> bool:
    """Whether it may wait: journeys take longest, and whoever has them should not have them last."""
    return scope_of(nodeid) != JOURNEYS
