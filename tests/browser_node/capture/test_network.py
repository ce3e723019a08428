"""The network log of a browser that says what the test says."""

from pathlib import Path
from typing import cast

import pytest

from browser_node.capture import network
from browser_node.capture.network import NetworkLog
from browser_node.capture.spool import Spool
from browser_node.page import Page
from browser_node.pages import Pages
from browser_node.wire_capture import Stream


class SilentPages:
    async def send(self, *_: object, **__: object) -> dict[str, object]:
        return {}


async def test_sockets_that_never_close_are_not_remembered_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "_MOST_PENDING", 5)
    spool = Spool.create(tmp_path / "spool", 10_000_000, "credential")
    spool.take({Stream.NETWORK})
    log, page = NetworkLog(cast(Pages, SilentPages()), spool), Page("P", "s-P", "")
    await log.attached(page)
    for number in range(12):
        log.event(page, "Network.webSocketCreated", {"requestId": str(number), "url": "wss://example.com/"})
    assert len(log._pending[page]) == 5
