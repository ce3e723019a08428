"""Frames become a film: VP9 in WebM, with the times that they were captured at. Knows no rows.

A WebM track has one size: that of the first frame; frames of another size are fitted inside it, on black.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, cast

import av
from av.error import FFmpegError

from apps.recordings.reading import Frame

MILLISECOND = Fraction(1, 1000)
LARGEST = (1920, 1440)  # of the film; larger pages are made smaller
# Measured: 10 ms of one core a frame of 1280x720, and two thirds of the size that a rate of 1.5 Mbit/s takes.
OPTIONS: dict[str, object] = {
    "deadline": "realtime", "cpu-used": "8", "row-mt": "1", "lag-in-frames": "0", "g": "240", "crf": "40", "qmin": "30",
}  # fmt: skip


@dataclass(frozen=True)
class Film:
    width: int
    height: int
    frames: int
    duration_ms: int


class NoFrames(Exception):
    """Nothing was captured that could be shown."""


def make(frames: Iterator[Frame], start_ms: float, end_ms: float, out: IO[bytes]) -> Film:
    """From `start_ms`, which the first frame stands for too, to `end_ms`, until which the last one stands.

    Raises NoFrames.
    """
    decoder = av.CodecContext.create("mjpeg", "r")
    first = next(_decoded(decoder, frames), None)
    if first is None:
        raise NoFrames
    at, picture = first
    width, height = _size(picture.width, picture.height)
    with av.open(out, "w", format="webm") as box:
        track = box.add_stream("libvpx-vp9", rate=30)
        track.width, track.height, track.pix_fmt, track.bit_rate = width, height, "yuv420p", 0
        track.codec_context.thread_count = 2
        track.time_base = track.codec_context.time_base = MILLISECOND
        track.options = OPTIONS
        fit = _Fit(width, height)
        last, count, shown = -1, 0, fit.fitted(picture)
        for at_ms, fitted in _timed(shown, at, start_ms, _decoded(decoder, frames), fit):
            last, shown = max(last + 1, round(at_ms - start_ms)), fitted
            shown.pts, shown.time_base = last, MILLISECOND
            box.mux(track.encode(shown))
            count += 1
        end = round(end_ms - start_ms)
        if end > last + 1:  # the last one again, else the film would end with its beginning
            shown.pts = end
            box.mux(track.encode(shown))
            last, count = end, count + 1
        box.mux(track.encode(None))
    return Film(width, height, count, last)


def _timed(
    first: av.VideoFrame, at: float, start_ms: float, rest: Iterator[tuple[float, av.VideoFrame]], fit: "_Fit"
) -> Iterator[tuple[float, av.VideoFrame]]:
    yield min(at, start_ms), first  # whatever came before it looked like it: frames come with changes
    if at > start_ms:
        yield at, first
    for at_ms, picture in rest:
        yield at_ms, fit.fitted(picture)


def _decoded(decoder: av.VideoCodecContext, frames: Iterator[Frame]) -> Iterator[tuple[float, av.VideoFrame]]:
    for frame in frames:
        try:
            pictures = decoder.decode(av.Packet(frame.jpeg))
        except FFmpegError:
            continue  # one broken picture is not missed
        for picture in pictures:
            yield frame.at_ms, picture


def _size(width: int, height: int) -> tuple[int, int]:
    """Even, as the codec wants, and not beyond the largest."""
    scale = min(1.0, LARGEST[0] / width, LARGEST[1] / height)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def _narrowed(picture: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
    """A JPEG reaches from 0 to 255, a film from 16 to 235: unchanged, light colours would be shown as white."""
    return picture.reformat(width, height, "yuv420p", src_color_range="JPEG", dst_color_range="MPEG")


class _Fit:
    """Scales into one size; a filter graph for each size that comes, for they are made of several steps."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._graphs: dict[tuple[int, int, str], av.filter.Graph] = {}

    def fitted(self, picture: av.VideoFrame) -> av.VideoFrame:
        width, height = self._size
        if _size(picture.width, picture.height) == self._size:
            return _narrowed(picture, width, height)
        graph = self._graph(picture)
        picture.pts = None
        graph.push(picture)
        fitted = cast(av.VideoFrame, graph.pull())
        return _narrowed(fitted, width, height)

    def _graph(self, picture: av.VideoFrame) -> av.filter.Graph:
        key = (picture.width, picture.height, picture.format.name)
        if key not in self._graphs:
            width, height = self._size
            graph = av.filter.Graph()
            steps = [
                graph.add_buffer(width=key[0], height=key[1], format=picture.format, time_base=MILLISECOND),
                graph.add("scale", f"{width}:{height}:force_original_aspect_ratio=decrease"),
                graph.add("pad", f"{width}:{height}:(ow-iw)/2:(oh-ih)/2"),
                graph.add("buffersink"),
            ]
            graph.link_nodes(*steps)
            graph.configure()
            self._graphs[key] = graph
        return self._graphs[key]
