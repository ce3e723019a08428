"""The bytes of an endless WebM, read back by an independent reader; and the encoder that fills it."""

import io
from collections.abc import Iterator
from fractions import Fraction

import av
import pytest

from browser_node.live import webm
from browser_node.live.encoder import Encoder, Packet


def jpeg(width: int, height: int, grey: int) -> bytes:
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuvj420p"
    codec.time_base = Fraction(1, 25)
    frame = av.VideoFrame(width, height, "yuvj420p")
    for number, plane in enumerate(frame.planes):
        plane.update(bytes([grey if number == 0 else 128]) * plane.buffer_size)
    (packet,) = codec.encode(frame)
    return bytes(packet)


def packets(encoder: Encoder, size: tuple[int, int], times: range) -> Iterator[Packet]:
    for at_ms in times:
        yield from encoder.encode(jpeg(*size, at_ms % 200), at_ms, as_key=False)


def written(parts: list[Packet]) -> bytes:
    clusters = [webm.cluster(part.at_ms, part.data, is_key=part.is_key) for part in parts]
    return webm.head(parts[0].width, parts[0].height) + b"".join(clusters)


def test_what_is_written_is_read_back_with_its_times() -> None:
    parts = list(packets(Encoder(), (321, 201), range(0, 1000, 40)))
    with av.open(io.BytesIO(written(parts))) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("vp9", 321, 201)
        frames = list(video.decode(stream))
    assert [round(float(frame.time or 0) * 1000) for frame in frames] == list(range(0, 1000, 40))


def test_the_first_picture_is_a_key_and_nothing_is_held_back() -> None:
    encoder = Encoder()
    (first,) = encoder.encode(jpeg(64, 64, 0), 0, as_key=False)
    (second,) = encoder.encode(jpeg(64, 64, 10), 40, as_key=False)
    (third,) = encoder.encode(jpeg(64, 64, 20), 80, as_key=True)
    assert [first.is_key, second.is_key, third.is_key] == [True, False, True]


def test_another_size_begins_anew_in_the_same_stream() -> None:
    encoder = Encoder()
    parts = [*packets(encoder, (320, 200), range(0, 80, 40)), *packets(encoder, (200, 320), range(80, 160, 40))]
    assert [part.is_key for part in parts] == [True, False, True, False]
    with av.open(io.BytesIO(written(parts))) as video:
        sizes = [(frame.width, frame.height) for frame in video.decode(video=0)]
    assert sizes == [(320, 200), (320, 200), (200, 320), (200, 320)]


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="no JPEG"):
        Encoder().encode(b"nothing", 0, as_key=False)


def test_a_time_of_hours_fits() -> None:
    at_ms = 30 * 3600 * 1000
    assert at_ms.to_bytes(4, "big") in webm.cluster(at_ms, b"x", is_key=True)
