"""What the DOM recorder remembers of pages that make and drop frames without end."""

from pathlib import Path
from typing import Any, cast

from browser_node.capture.dom import DomRecorder
from browser_node.capture.spool import Spool
from browser_node.page import Page
from browser_node.pages import Pages
from browser_node.wire_capture import CaptureWish


class Answering:
    """Pages of a browser that does everything at once."""

    async def send(self, page: Page, method: str, params: Any = None, *, session: str = "", **_: Any) -> dict[str, Any]:
        return {"identifier": session, "frameTree": {"frame": {"id": page.main_frame}}}


async def test_frames_and_pages_that_are_gone_leave_nothing(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path / "spool", 10_000_000, "credential")
    recorder = DomRecorder(cast(Pages, Answering()), spool, "", CaptureWish(dom=True))
    page = Page("P", "s-P", "", main_frame="P")
    await recorder.attached(page)
    for number in range(20):
        session, frame = f"s-{number}", f"f-{number}"
        page.frames.add(session)
        recorder.event(page, "Page.frameAttached", {"frameId": frame, "parentFrameId": "P"})
        await recorder.frame_attached(page, session)
        context = {"id": 1, "name": recorder._world, "auxData": {"frameId": frame}}
        recorder.frame_event(page, session, "Runtime.executionContextCreated", {"context": context})
        recorder.event(page, "Page.frameDetached", {"frameId": frame, "reason": "remove"})
        page.frames.discard(session)
    documents = recorder._documents[page]
    assert (len(documents.all()), len(documents._parents), len(recorder._scripts[page])) == (1, 0, 2)
    recorder.gone(page)
    assert (recorder._documents, recorder._scripts) == ({}, {})
