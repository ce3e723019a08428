"""Which tests go to the same process: those of a file; all journeys of a folder, which share a running product."""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

JOURNEYS = PurePosixPath("tests/journeys")


class ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    file = PurePosixPath(nodeid.partition("::")[0])
    return str(file.parent if file.is_relative_to(JOURNEYS) else file)


def begins_late(nodeid: str) -> bool:
    """Whether it may wait: journeys take longest, and whoever has them should not have them last."""
    return not scope_of(nodeid).startswith(str(JOURNEYS))
