"""Who ended a connection, read from the last bytes of each side."""

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.gateway.meter import LONGEST_CLOSE, Meter, Side, close_code
from tests.splice.harness import Gate, frame, joined, masked, raw_upstream, serving


def closing(code: int, reason: str = "") -> bytes:
    return frame(struct.pack(">H", code) + reason.encode(), first=0x88)


def meter(*, said: bytes = b"", heard: bytes = b"", first: Side | None = None) -> Meter:
    made = Meter(lambda code, reason: None)
    made.browser.tail, made.client.tail, made.first_lost = said[-LONGEST_CLOSE:], heard[-LONGEST_CLOSE:], first
    return made


@pytest.mark.parametrize(
    ("said", "heard", "first", "sent_away"),
    [
        (b"", b"", Side.CLIENT, False),  # the client was killed
        (b"", b"", Side.BROWSER, True),  # the node was killed
        (closing(1000), masked(struct.pack(">H", 1000), first=0x88), Side.BROWSER, False),  # a client's own goodbye
        (closing(1000), b"", Side.BROWSER, False),  # Browser.close
        (closing(4000, "browser_crashed"), masked(struct.pack(">H", 4000), first=0x88), Side.CLIENT, True),
        (closing(4008, "idle"), b"", Side.BROWSER, True),
        (closing(1012, "service restart"), b"", Side.BROWSER, True),
        (closing(4001, "credential revoked"), b"", Side.BROWSER, False),
        (b"", masked(b"", first=0x88), Side.BROWSER, False),
    ],
    ids=[  # masks are random, and parallel workers must agree on names
        "client-killed",
        "node-killed",
        "client-says-goodbye",
        "browser-closed",
        "crashed",
        "idle",
        "restart",
        "revoked",
        "empty-goodbye",
    ],
)
def test_a_client_left_or_was_sent_away(said: bytes, heard: bytes, first: Side, sent_away: bool) -> None:
    assert meter(said=said, heard=heard, first=first).was_sent_away is sent_away


@pytest.mark.asyncio
async def test_a_goodbye_is_read_at_the_end_of_a_bulk_that_nobody_looks_at() -> None:
    made = Meter(lambda code, reason: None)
    async with raw_upstream() as upstream, serving(Gate(upstream.address, relay=made)) as served:
        client, talk = await joined(served), await upstream.talk()
        sending = asyncio.create_task(talk.send(frame(bytes(20_000_000), first=0x82) + closing(4008, "idle")))
        assert (await client.frame())[0] == 0x82
        assert (await client.frame())[0] == 0x88
        await sending
        assert made.was_sent_away
        assert made.down == 20_000_000 + len(closing(4008, "idle")) + 10  # a long frame's head


@given(st.integers(1000, 4999), st.binary(max_size=123), st.binary(max_size=200), st.booleans())
def test_the_code_of_a_last_close_frame_is_read_whatever_came_before(
    code: int, reason: bytes, before: bytes, is_masked: bool
) -> None:
    payload = struct.pack(">H", code) + reason
    last = masked(payload, first=0x88) if is_masked else frame(payload, first=0x88)
    found = close_code((before + last)[-LONGEST_CLOSE:], is_masked=is_masked)
    assert found is not None
    if not reason:
        assert found == code


@given(st.binary(max_size=LONGEST_CLOSE), st.booleans())
def test_any_last_bytes_are_read_without_an_error(tail: bytes, is_masked: bool) -> None:
    close_code(tail, is_masked=is_masked)
