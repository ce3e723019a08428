"""What a spliced connection leaves behind: how many bytes it carried, and who ended it. The bytes pass untouched.

A splice follows no frames. But a close frame is always the last thing a side says, so its last few bytes tell.
"""

from collections.abc import Callable
from enum import Enum

from splice.ends import End

LONGEST_CLOSE = 2 + 4 + 125  # of a masked close frame
CLOSE = 0x88
CUT_SECONDS = 1.0

# With these the node sends a client away; that is not the client's leaving.
SENT_AWAY = frozenset({1012, 4000, 4008})


class Side(Enum):
    CLIENT = "client"
    BROWSER = "browser"


class RememberingEnd(End):
    """Copies, and keeps the last bytes that went by."""

    __slots__ = ("meter", "side", "tail")
    always_seen = LONGEST_CLOSE

    def __init__(self, meter: "Meter", side: Side) -> None:
        super().__init__()
        self.meter, self.side = meter, side
        self.tail = b""

    def take(self, data: memoryview) -> None:
        last = bytes(data[-LONGEST_CLOSE:])
        self.tail = last if len(last) == LONGEST_CLOSE else (self.tail + last)[-LONGEST_CLOSE:]
        self.forward(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.meter.first_lost = self.meter.first_lost or self.side
        super().connection_lost(exc)


class Meter:
    """The relay (`splice.ends.Relay`) of one connection. `on_close` is asked when the server wants it closed."""

    def __init__(self, on_close: Callable[[int, str], None]) -> None:
        self.client = RememberingEnd(self, Side.CLIENT)
        self.browser = RememberingEnd(self, Side.BROWSER)
        self.first_lost: Side | None = None
        self.said_by_browser: int | None = None  # where whole messages are relayed, the close code is told
        self._on_close = on_close

    @property
    def up(self) -> int:
        return self.client.count

    @property
    def down(self) -> int:
        return self.browser.count

    @property
    def was_sent_away(self) -> bool:
        """The client did not leave by itself: the node said goodbye, or the browser's side broke off without a word."""
        said = self.said_by_browser or close_code(self.browser.tail, is_masked=False)
        if said is not None:
            return said in SENT_AWAY
        return self.first_lost is Side.BROWSER and close_code(self.client.tail, is_masked=True) is None

    def ends(self) -> tuple[End, End]:
        return self.client, self.browser

    def opened(self) -> None:
        """Nothing to prepare."""

    def close(self, code: int, reason: str) -> None:
        self._on_close(code, reason)

    def cut(self) -> None:
        self.client.pair.close(CUT_SECONDS)


def close_code(tail: bytes, *, is_masked: bool) -> int | None:
    """The code of the close frame that `tail` ends with; 1005 where it names none, None where it is no such frame."""
    mask_size, flag = (4, 0x80) if is_masked else (0, 0)
    for size in (0, *range(2, 126)):
        start = len(tail) - size - mask_size - 2
        if start < 0:
            return None
        if tail[start] == CLOSE and tail[start + 1] == size | flag:
            payload = tail[start + 2 + mask_size :]
            mask = tail[start + 2 : start + 2 + mask_size]
            code = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload[:2])) if is_masked else payload[:2]
            return int.from_bytes(code, "big") if code else 1005
    return None
