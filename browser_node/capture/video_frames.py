"""The form of a video stream: frames one after the other, each a header of 16 bytes and a JPEG. Pure."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = struct.Struct(">IdHH")  # length of the JPEG, unix milliseconds, CSS width, CSS height


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """An empty `jpeg` says that at this time the picture is still the one before: it gives a still page a length."""

    at_ms: float
    width: int
    height: int
    jpeg: bytes = b""

    @property
    def size(self) -> int:
        return _HEADER.size + len(self.jpeg)

    def packed(self) -> bytes:
        return _HEADER.pack(len(self.jpeg), self.at_ms, self.width, self.height) + self.jpeg


def unpacked(data: bytes) -> Iterator[VideoFrame]:
    """The frames of one segment; ends quietly where it was cut."""
    position = 0
    while position + _HEADER.size <= len(data):
        length, at_ms, width, height = _HEADER.unpack_from(data, position)
        position += _HEADER.size
        if position + length > len(data):
            return
        yield VideoFrame(at_ms, width, height, data[position : position + length])
        position += length
