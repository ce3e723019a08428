"""WebSocket frames as bytes: read a header, unmask a payload, write a frame of the server's side.

Pure. What is done with frames stands in `relay`.
"""

import enum

try:
    from websockets.speedups import apply_mask as unmask
except ImportError:  # where websockets came without its C part
    from websockets.utils import apply_mask as unmask

__all__ = ["Opcode", "close_frame", "frame", "header_size", "masked_frame", "payload_size", "unmask"]

CLOSE_REASON_LIMIT = 123


class Opcode(enum.IntEnum):
    """RFC 6455 §5.2; from CLOSE on these are control frames, which may stand between fragments."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


def header_size(second: int) -> int:
    """Length of a frame's header, by its second byte."""
    size = second & 127
    return 2 + (0 if size < 126 else 2 if size == 126 else 8) + (4 if second & 128 else 0)


def payload_size(head: bytes | memoryview) -> int:
    """Length of the payload that follows a whole header."""
    size = head[1] & 127
    if size < 126:
        return size
    return int.from_bytes(head[2:4] if size == 126 else head[2:10], "big")


def frame(opcode: Opcode, payload: bytes) -> bytes:
    """One whole, unmasked frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


def masked_frame(opcode: Opcode, payload: bytes) -> bytes:
    """One whole frame of the client's side; its mask is nought, which changes nothing."""
    head = frame(opcode, payload)[: -len(payload) or None]
    return bytes((head[0], head[1] | 0x80)) + head[2:] + bytes(4) + payload


def close_frame(code: int, reason: str) -> bytes:
    """A close frame; a reason that is too long is cut between characters."""
    text = reason.encode()[:CLOSE_REASON_LIMIT].decode(errors="ignore").encode()
    return frame(Opcode.CLOSE, code.to_bytes(2, "big") + text)
