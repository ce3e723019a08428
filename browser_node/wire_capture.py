"""What travels about captures and files of browsers: frozen values, to and from JSON, beside those of `wire`.

What is in a stream stands in docs/reference/captures.md.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from browser_node.fields import InvalidSpec, read_flag, read_object, read_texts

_MOST_SELECTORS = 32


class Stream(StrEnum):
    """What a capture is made of. All but video are JSON lines, sent as gzip; video is frames, sent as they are."""

    DOM = "dom"
    VIDEO = "video"
    INPUT = "input"
    CONSOLE = "console"
    NETWORK = "network"
    COMMAND = "command"
    PAGE = "page"
    DOWNLOAD = "download"
    MARK = "mark"
    CRASH = "crash"

    @property
    def is_lines(self) -> bool:
        return self is not Stream.VIDEO


@dataclass(frozen=True, slots=True)
class CaptureWish:
    """What is to be kept of one browser from now on: the body of `PUT /browsers/{instance_id}/capture`.

    Pages, inputs and marks are kept as soon as any of the three is.
    """

    dom: bool = False
    video: bool = False
    logs: bool = False
    mask_inputs: bool = True  # what stands in fields is stars; passwords are in any case
    block: tuple[str, ...] = ()  # CSS selectors of what the DOM recorder leaves blank

    def __bool__(self) -> bool:
        return self.dom or self.video or self.logs

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "CaptureWish":
        """Raises InvalidSpec."""
        wish = read_object(data, "capture")
        block = read_texts(wish, "block", limit=256)
        if len(block) > _MOST_SELECTORS:
            raise InvalidSpec("block", f"must have at most {_MOST_SELECTORS} entries")
        return cls(
            dom=read_flag(wish, "dom", default=False),
            video=read_flag(wish, "video", default=False),
            logs=read_flag(wish, "logs", default=False),
            mask_inputs=read_flag(wish, "mask_inputs", default=True),
            block=block,
        )


@dataclass(frozen=True, slots=True)
class CaptureState:
    """What comes of a wish. `refused` says of what is wished and cannot be had why, by the wish's name."""

    wish: CaptureWish = field(default_factory=CaptureWish)
    refused: Mapping[str, str] = field(default_factory=dict)
    bytes: int = 0  # of the spool, on the node's disk
    dropped: int = 0  # records and frames that were not kept, for want of room or because they came too fast

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "CaptureState":
        state = read_object(data, "body")
        refused = {str(name): str(why) for name, why in read_object(state.get("refused", {}), "refused").items()}
        wish = CaptureWish.from_json(state["wish"])
        return cls(wish, refused, int(state.get("bytes", 0)), int(state.get("dropped", 0)))


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed piece of a stream; `bytes` and `sha256` are of what is sent. Times are unix milliseconds."""

    stream: Stream
    number: int  # grows within a stream, also over starts and stops of recorders
    first_ms: int
    last_ms: int
    bytes: int
    sha256: str
    is_last: bool = False  # nothing follows, unless the capture is wished for anew

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "Segment":
        seen = read_object(data, "segment")
        known = {name: seen[name] for name in cls.__dataclass_fields__ if name in seen}
        known["stream"] = Stream(known["stream"])
        return cls(**known)


class FileKind(StrEnum):
    DOWNLOAD = "download"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class NodeFile:
    """A file that a browser has got, or been given. Names are unique within a browser, over both kinds."""

    name: str
    kind: FileKind
    bytes: int
    at: int  # unix milliseconds: when it began to arrive
    url: str = ""  # where a download came from
    is_complete: bool = True
    path: str = ""  # as the browser sees an upload, for DOM.setFileInputFiles

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "NodeFile":
        seen = read_object(data, "file")
        known = {name: seen[name] for name in cls.__dataclass_fields__ if name in seen}
        known["kind"] = FileKind(known["kind"])
        return cls(**known)
