"""Which tests go to the same process: those of a file, and all journeys, for each process with some runs a product."""

from xdist.scheduler import LoadScopeScheduling


class ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if is_longest(nodeid) else nodeid.partition("::")[0]


def is_longest(nodeid: str) -> bool:
    """Whether it belongs to what must begin first, or the other processes would wait for its end."""
    return nodeid.startswith("tests/journeys/")
