"""What is selected in a page, read without the page's noticing: for the person who copies it."""

import contextlib

from browser_node.devtools import DevtoolsError
from browser_node.page import Page
from browser_node.pages import Pages

MOST_CHARACTERS = 1_000_000

_SECONDS = 1.0  # for each document; one that hangs must not keep a person's hands
_WORLD = "browsergrid-selection"

# A field's selection is not the document's; what a password field holds is nobody's.
_READ = """(() => {
  const read = (document) => {
    const focused = document.activeElement;
    if (focused?.contentDocument) return read(focused.contentDocument);
    if (focused && typeof focused.selectionStart === "number")
      return focused.type === "password" ? "" : focused.value.slice(focused.selectionStart, focused.selectionEnd);
    return String(document.getSelection() ?? "");
  };
  return read(document).slice(0, %d);
})()"""


async def read(pages: Pages, page: Page) -> str:
    """Of the page's own documents first, then of frames with a process of their own; empty where nothing is."""
    for session in (page.session, *page.frames):
        with contextlib.suppress(DevtoolsError):  # it is gone, or hangs
            if text := await _read(pages, page, session):
                return text
    return ""


async def _read(pages: Pages, page: Page, session: str) -> str:
    tree = await pages.send(page, "Page.getFrameTree", session=session, seconds=_SECONDS)
    frame = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": _WORLD}
    world = await pages.send(page, "Page.createIsolatedWorld", frame, session=session, seconds=_SECONDS)
    question = {
        "expression": _READ % MOST_CHARACTERS,
        "contextId": world["executionContextId"],
        "returnByValue": True,
    }
    answer = await pages.send(page, "Runtime.evaluate", question, session=session, seconds=_SECONDS)
    value = answer["result"].get("value")
    return value if isinstance(value, str) else ""
