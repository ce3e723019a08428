"""What the log of visits takes for a title."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from browser_node.capture.spool import Spool
from browser_node.capture.visits import VisitLog
from browser_node.page import Page
from browser_node.pages import Pages
from browser_node.wire_capture import Stream


class Lines:
    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []

    def append(self, stream: Stream, record: dict[str, Any], size: int = 0) -> None:
        self.kept.append((record["kind"], record["url"] if record["kind"] != "title" else record["title"]))


async def opened(address: str) -> tuple[VisitLog, Page, list[tuple[str, str]]]:
    """The log of a browser in which a tab was opened with that address, and its lines since."""
    page = Page("T", "S", "C", url=address, main_frame="T")
    lines = Lines()
    log = VisitLog(cast(Pages, SimpleNamespace(all=[page])), cast(Spool, lines))
    await log.attached(page)
    assert lines.kept.pop() == ("opened", address)
    return log, page, lines.kept


@pytest.mark.parametrize("title", ["about:blank", ""])
async def test_its_address_is_no_title_of_an_empty_tab(title: str) -> None:
    log, page, kept = await opened("about:blank")
    page.title = title
    log.changed()
    assert kept == []


async def test_a_title_is_kept_and_an_address_in_its_place_is_not() -> None:
    log, page, kept = await opened("https://example.com/a?b=c")
    for page.title in ("example.com/a", "First"):
        log.changed()
    assert kept == [("title", "First")]
