"""browser_node.relay without sockets: any frames, cut anywhere, keep their meaning; what is ours never gets lost."""

import json
import random

import pytest

from browser_node.cdp import CdpError
from browser_node.frames import Opcode, frame, header_size, payload_size, unmask
from browser_node.relay import VIEW_LIMIT, Relay
from splice.ends import CHUNK, End
from tests.splice.harness import frame as browser_frame
from tests.splice.harness import masked

pytestmark = pytest.mark.asyncio

SIZES = [0, 1, 60, 124, 125, 126, 127, 500, 4000, 65_535, 65_536, 70_000]


class Wire:
    """A transport that remembers."""

    def __init__(self):
        self.written = bytearray()

    def write(self, data):
        self.written += data

    def get_write_buffer_size(self):
        return 0

    def is_closing(self):
        return False

    def get_extra_info(self, name):
        """No kernel moves anything here; `read_in_pieces` does it."""

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass

    def close(self):
        pass

    abort = close


class Recorder(Relay):
    """Remembers our commands instead of answering them."""

    def __init__(self):
        async def refuse(connection, message):
            return CdpError(-1, "")

        super().__init__("con_1", refuse, lambda: (4000, ""))
        self.commands = []
        for end, peer in ((self.client, self.browser), (self.browser, self.client)):
            end.peer, end.transport = peer, Wire()
        self.is_open = True

    def hear(self, payload):
        if b'"BrowserGrid.' in payload:
            self.commands.append(json.loads(payload)["id"])
            return True
        return super().hear(payload)

    @property
    def to_browser(self):
        return read_messages(self.browser.transport.written)

    @property
    def to_client(self):
        return read_messages(self.client.transport.written)


def read_messages(stream):
    """Whole data messages and control frames of a stream, each in their order; it must end between messages."""
    view, position, open_message, data, control = memoryview(bytes(stream)), 0, None, [], []
    while position < len(view):
        head = header_size(view[position + 1])
        size = payload_size(view[position : position + head])
        payload = bytes(view[position + head : position + head + size])
        assert len(payload) == size, "the stream ends inside a frame"
        if view[position + 1] & 128:
            payload = unmask(payload, bytes(view[position + head - 4 : position + head]))
        opcode, is_last = view[position] & 15, view[position] & 128
        if opcode >= Opcode.CLOSE:
            control.append((opcode, payload))
        else:
            assert (open_message is None) == (opcode != Opcode.CONTINUATION), "a frame fell inside a message"
            open_message = (open_message or (opcode, b""))[0], (open_message or (opcode, b""))[1] + payload
            if is_last:
                data.append(open_message)
                open_message = None
        position += head + size
    assert open_message is None, "the stream ends inside a message"
    return data, control


def read_in_pieces(end, stream, chance):
    """As reads of any size; of what needs nobody's look, some goes past the end, as the kernel moves it."""
    position = 0
    while position < len(stream):
        size = min(chance.choice([1, 2, 3, 6, 7, 9, 50, 1000, 30_000, CHUNK]), len(stream) - position)
        End.buffer[:size] = stream[position : position + size]
        end.buffer_updated(size)
        position += size
        unseen = min(end.unseen(), len(stream) - position)
        if unseen > 0 and chance.random() < 0.5:
            size = chance.choice([unseen, chance.randint(1, unseen)])
            end.peer.transport.written += stream[position : position + size]
            end.passed(size)
            position += size


def cut(payload, chance, first, build):
    """As one frame or several, with pings in between."""
    count = chance.choice([1, 1, 1, 2, 3, 9])
    edges = sorted(chance.randint(0, len(payload)) for _ in range(count - 1))
    stream, pings = b"", []
    for index, (start, end) in enumerate(zip([0, *edges], [*edges, len(payload)], strict=True)):
        opcode = first if index == 0 else 0
        stream += build(payload[start:end], first=opcode | (0x80 if index == count - 1 else 0))
        if chance.random() < 0.2 and index < count - 1:
            pings.append((Opcode.PING, bytes([index])))
            stream += build(bytes([index]), first=0x89)
    return stream, pings


@pytest.mark.parametrize("seed", range(60))
async def test_a_client_may_cut_its_messages_and_packets_anywhere(seed):
    chance = random.Random(seed)
    relay, stream, theirs, pings, ours = Recorder(), b"", [], [], []
    for number in range(chance.randint(5, 25)):
        pad = "p" * chance.choice(SIZES)
        method = chance.choice(["Page.enable", "BrowserGrid.echo", "Runtime.evaluate"])
        payload = json.dumps({"id": number, "method": method, "params": {"pad": pad}}).encode()
        kind = chance.choice([1, 1, 1, 2])
        part, its_pings = cut(payload, chance, kind, masked)
        stream += part
        pings += its_pings
        if method == "BrowserGrid.echo" and kind == 1 and len(payload) <= VIEW_LIMIT:
            ours.append(number)
        else:
            theirs.append((kind, payload))
    read_in_pieces(relay.client, stream, chance)
    assert relay.commands == ours
    assert relay.to_browser == (theirs, pings)


async def test_a_control_frame_without_end_is_not_waited_for():
    relay = Recorder()
    stream = bytes((0x89, 0xFF)) + (10**9).to_bytes(8, "big") + bytes(4) + b"x" * 500_000
    read_in_pieces(relay.client, stream, random.Random(1))
    assert bytes(relay.browser.transport.written) == stream
    assert not relay.client.partial


async def test_empty_fragments_without_end_are_not_collected():
    relay = Recorder()
    stream = masked(b"", first=0x01) + masked(b"", first=0x00) * 50_000
    read_in_pieces(relay.client, stream, random.Random(1))
    assert len(relay.client.kept) < 3 * VIEW_LIMIT
    assert len(relay.browser.transport.written) + len(relay.client.kept) == len(stream)


@pytest.mark.parametrize("seed", range(60))
async def test_we_speak_only_between_the_browsers_messages_however_they_are_cut(seed):
    chance = random.Random(seed)
    relay, theirs, pings, ours = Recorder(), [], [], []
    for number in range(chance.randint(5, 25)):
        payload = chance.randbytes(chance.choice(SIZES))
        part, its_pings = cut(payload, chance, 2, browser_frame)
        theirs.append((2, payload))
        pings += its_pings
        half = chance.randint(0, len(part))
        read_in_pieces(relay.browser, part[:half], chance)
        if chance.random() < 0.5:
            ours.append((1, f"ours {number}".encode()))
            relay.speak(frame(Opcode.TEXT, ours[-1][1]))
        read_in_pieces(relay.browser, part[half:], chance)
    data, control = relay.to_client
    assert [each for each in data if each[0] == 2] == theirs
    assert [each for each in data if each[0] == 1] == ours
    assert control == pings


@pytest.mark.parametrize("seed", range(20))
async def test_a_goodbye_is_the_last_thing_said_and_stands_between_messages(seed):
    chance = random.Random(seed)
    relay = Recorder()
    stream = b"".join(cut(chance.randbytes(chance.choice(SIZES)), chance, 2, browser_frame)[0] for _ in range(20))
    half = chance.randint(0, len(stream) // 2)
    read_in_pieces(relay.browser, stream[:half], chance)
    relay.close(4001, "revoked")
    read_in_pieces(relay.browser, stream[half:], chance)
    _, control = relay.to_client
    assert control[-1] == (Opcode.CLOSE, (4001).to_bytes(2, "big") + b"revoked")
    assert relay.client.transport.written.endswith(b"revoked")
