"""The documents of one page that record themselves, and which frame stands in which. No browser is asked here."""

from dataclasses import dataclass, field
from typing import Any

from browser_node.capture.dom_shift import Event, Shift


@dataclass(slots=True, eq=False)
class Document:
    session: str
    context: int  # the execution context of the recorder in it
    frame: str
    shift: Shift | None = None  # none: it is the page's own document, or not yet joined to it
    waiting: list[Event] = field(default_factory=list)  # until it is joined
    waiting_bytes: int = 0
    is_joining: bool = False
    is_leaving: bool = False  # its frame began to load another


class Documents:
    """Of one page; its own document is the one whose frame is `top`."""

    def __init__(self, top: str) -> None:
        self.top = top
        self._documents: dict[tuple[str, int], Document] = {}
        self._parents: dict[str, str] = {}

    def all(self) -> list[Document]:
        return list(self._documents.values())

    def find(self, session: str, context: int) -> Document | None:
        return self._documents.get((session, context))

    def holds(self, document: Document) -> bool:
        return self._documents.get((document.session, document.context)) is document

    def is_top(self, document: Document) -> bool:
        return document.frame == self.top

    def met(self, session: str, context: int, frame: str) -> None:
        self._documents[session, context] = Document(session, context, frame)

    def left(self, session: str, context: int) -> None:
        self._documents.pop((session, context), None)

    def cleared(self, session: str) -> None:
        for key in [key for key in self._documents if key[0] == session]:
            del self._documents[key]

    def leaving(self, session: str, frame: str) -> None:
        """The frame begins to load something."""
        for document in self._of(session, frame):
            document.is_leaving = True

    def surviving(self, session: str, frame: str) -> list[Document]:
        """The frame shows another document: those whose execution context went over to it, instead of ending."""
        survivors = [document for document in self._of(session, frame) if document.is_leaving]
        for document in survivors:
            document.is_leaving = False
        return survivors

    def placed(self, frame: str, parent: str) -> None:
        self._parents[frame] = parent

    def removed(self, frame: str) -> None:
        self._parents.pop(frame, None)

    def placed_tree(self, tree: dict[str, Any]) -> None:
        """As Page.getFrameTree answers it."""
        frame = tree["frame"]
        if "parentId" in frame:
            self.placed(frame["id"], frame["parentId"])
        for child in tree.get("childFrames", ()):
            self.placed_tree(child)

    def _of(self, session: str, frame: str) -> list[Document]:
        return [each for each in self._documents.values() if (each.session, each.frame) == (session, frame)]

    def around(self, document: Document) -> Document | None:
        """The nearest one that records the frame's element, as far as is known."""
        frame: str | None = document.frame
        seen: set[str] = set()
        by_frame = {each.frame: each for each in self._documents.values()}
        while frame is not None and frame not in seen:
            seen.add(frame)
            frame = self._parents.get(frame)
            if frame in by_frame:
                return by_frame[frame]
        return None
