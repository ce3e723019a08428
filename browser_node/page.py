"""One page of a browser as it is seen from outside, and who may watch pages. What finds them stands in `pages`."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialog:
    """An alert, confirm, prompt or beforeunload that waits for an answer."""

    kind: str
    message: str
    default: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """A field of the page, or of a frame of it, that asked for files and has got none while a person may act."""

    session: str
    frame: str
    node: int
    is_multiple: bool


@dataclass(slots=True, eq=False)
class Page:
    target: str
    session: str
    context: str  # the browser context that it lives in
    url: str = ""
    title: str = ""
    is_loading: bool = False
    has_crashed: bool = False
    dialog: Dialog | None = None
    chooser: Chooser | None = None
    width: int = 0  # CSS pixels, as its last frame told; 0 before there was one
    height: int = 0
    scale: float = 1.0  # of a pinch
    opened_at: float = field(default_factory=time.time)
    main_frame: str = ""
    loader: str = ""  # of the document in it, as its navigation was told
    frames: set[str] = field(default_factory=set)  # sessions of frames that have a process of their own
    watchers: "list[Watcher]" = field(default_factory=list)  # those that were told of it
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)  # those of the beginning have prepared for it

    def note(self, method: str, params: dict[str, Any]) -> bool:
        """Keep what an event tells of it; true when it is another than before."""
        match method:
            case "Page.frameNavigated" if "parentId" not in params["frame"]:
                self.main_frame = params["frame"]["id"]
                self.loader = params["frame"]["loaderId"]
                self.url = params["frame"]["url"] + params["frame"].get("urlFragment", "")
                self.has_crashed = False
            case "Page.navigatedWithinDocument" if params["frameId"] == self.main_frame:
                self.url = params["url"]
            case "Page.frameStartedLoading" if params["frameId"] == self.main_frame:
                self.is_loading = True
            case "Page.frameStoppedLoading" if params["frameId"] == self.main_frame:
                self.is_loading = False
            case "Page.javascriptDialogOpening":
                self.dialog = Dialog(params["type"], params["message"], params.get("defaultPrompt", ""))
            case "Page.javascriptDialogClosed":
                self.dialog = None
            case _:
                return False
        return True

    def note_chooser(self, session: str, method: str, params: dict[str, Any]) -> bool:
        """What asks for files, until its frame or the whole page is another one; true when that changed."""
        chooser = self.chooser
        match method:
            case "Page.fileChooserOpened" if "backendNodeId" in params:
                is_multiple = params["mode"] == "selectMultiple"
                self.chooser = Chooser(session, params["frameId"], params["backendNodeId"], is_multiple)
            case "Page.frameNavigated" if chooser and (
                params["frame"]["id"] == chooser.frame
                or (session == self.session and "parentId" not in params["frame"])
            ):
                self.chooser = None
            case "Page.frameDetached" if chooser and params["frameId"] == chooser.frame:
                self.chooser = None
            case _:
                return False
        return True


class Watcher:
    """What may be learnt of the pages of one browser; override what is of interest.

    All but the first two are called synchronously and must neither wait nor raise.
    """

    wants_frames = False  # whether frames in processes of their own are attached, too

    async def attached(self, page: Page) -> None:
        """A page is there; a new one does not run before this is over, for at most two seconds."""

    async def frame_attached(self, page: Page, session: str) -> None:
        """The same of a frame of that page, which has a session of its own."""

    def gone(self, page: Page) -> None:
        """Closed, or no longer to be seen."""

    def event(self, page: Page, method: str, params: dict[str, Any]) -> None:
        """Chromium told this of the page."""

    def frame_event(self, page: Page, session: str, method: str, params: dict[str, Any]) -> None:
        """Chromium told this of a frame that has a session of its own."""

    def acted(self, page: Page, method: str, params: dict[str, Any]) -> None:
        """A person did this to the page by way of a live view: an `Input` command."""

    def changed(self) -> None:
        """What pages there are, which is active, or an address, title, dialog or chooser is another than before."""

    def lost(self) -> None:
        """The connection to the browser is gone, and every page with it; there will be no other."""
