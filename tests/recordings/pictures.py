"""Small pictures as frames, and films looked into."""

import io
from dataclasses import dataclass
from fractions import Fraction

import av


def jpeg(width: int = 320, height: int = 240, shade: int = 128) -> bytes:
    """One grey picture."""
    frame = av.VideoFrame(width, height, "yuvj420p")
    for plane, value in zip(frame.planes, (shade, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


@dataclass(frozen=True)
class Film:
    width: int
    height: int
    codec: str
    times: list[float]  # of each frame, in seconds
    shades: list[int]  # of the middle of each, from 0 to 255 as a viewer sees it


def looked_into(data: bytes) -> Film:
    with av.open(io.BytesIO(data)) as box:
        track = box.streams.video[0]
        times, shades = [], []
        for frame in box.decode(track):
            times.append(float(frame.pts * frame.time_base))
            plane = frame.planes[0]
            luma = bytes(plane)[plane.line_size * (frame.height // 2) + frame.width // 2]
            shades.append(round((luma - 16) * 255 / 219))  # a film's reaches from 16 to 235
        return Film(track.width, track.height, track.codec_context.name, times, shades)
