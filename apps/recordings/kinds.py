"""What a session's capture consists of: streams that its node writes, kinds that people ask for, states. Pure."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Stream(StrEnum):
    """One kind of line (or frame) that a node writes down; the names are the node's."""

    DOM = "dom"  # rrweb events
    VIDEO = "video"  # frames
    INPUT = "input"
    CONSOLE = "console"
    NETWORK = "network"
    COMMAND = "command"  # of the clients: method, duration, error
    PAGE = "page"  # opened, navigated, titled, closed
    DOWNLOAD = "download"
    MARK = "mark"  # the node's own remarks: something was dropped
    CRASH = "crash"


PICTURES = frozenset({Stream.DOM, Stream.VIDEO})
LOGS = tuple(stream for stream in Stream if stream not in PICTURES)


class Kind(StrEnum):
    LOGS = "logs"  # everything but pictures; one for each captured session
    DOM = "dom"
    VIDEO = "video"
    ALL = "all"  # dom and video


STREAMS: dict[Kind, frozenset[Stream]] = {
    Kind.LOGS: frozenset(LOGS),
    Kind.DOM: frozenset({Stream.DOM}),
    Kind.VIDEO: frozenset({Stream.VIDEO}),
    Kind.ALL: PICTURES,
}


class RecordingState(StrEnum):
    RECORDING = "recording"
    FINALISING = "finalising"  # all that there is was stored; the film is being made of it
    STORED = "stored"
    FAILED = "failed"  # what was stored is kept until it expires
    DELETED = "deleted"  # the row alone is left


class FileKind(StrEnum):
    DOWNLOAD = "download"
    UPLOAD = "upload"


@dataclass(frozen=True)
class Wanted:
    """What a node is asked to capture of one browser."""

    dom: bool = False
    video: bool = False
    logs: bool = False
    block: tuple[str, ...] = ()  # selectors of elements that are never recorded

    @property
    def anything(self) -> bool:
        return self.dom or self.video or self.logs

    def to_json(self) -> dict[str, Any]:
        """As the node's API takes it. Inputs are always masked."""
        return asdict(self) | {"mask_inputs": True, "block": list(self.block)}


NOTHING = Wanted()
