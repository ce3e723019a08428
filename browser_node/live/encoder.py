"""JPEGs in, VP9 out, as they come: nothing is held back. Not for two threads at once, nor for the event loop's."""

from dataclasses import dataclass
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

_MILLISECOND = Fraction(1, 1000)
_OPTIONS = {
    "deadline": "realtime",
    "cpu-used": "8",
    "row-mt": "1",
    "lag-in-frames": "0",
    "g": "240",
    "crf": "36",
    "qmin": "24",
}


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded picture. One that is key can be understood without those before it."""

    at_ms: int
    width: int
    height: int
    is_key: bool
    data: bytes


class Encoder:
    """A picture of another size begins anew, with a key."""

    def __init__(self) -> None:
        self._jpeg = av.CodecContext.create("mjpeg", "r")
        self._vp9: VideoCodecContext | None = None

    def encode(self, jpeg: bytes, at_ms: int, *, as_key: bool) -> list[Packet]:
        """Times must grow. Raises ValueError for what is no picture, or none that can be encoded."""
        try:
            return self._encoded(jpeg, at_ms, as_key=as_key)
        except av.FFmpegError as error:
            raise ValueError(f"no JPEG that can be encoded: {error}") from error

    def _encoded(self, jpeg: bytes, at_ms: int, *, as_key: bool) -> list[Packet]:
        (picture, *_) = self._jpeg.decode(av.Packet(jpeg))
        vp9 = self._vp9
        if vp9 is None or (vp9.width, vp9.height) != (picture.width, picture.height):
            vp9 = self._vp9 = _vp9(picture.width, picture.height)
        # A JPEG reaches from 0 to 255, a film from 16 to 235: unchanged, light colours would be shown as white.
        frame = picture.reformat(format="yuv420p", src_color_range="JPEG", dst_color_range="MPEG")
        frame.pts, frame.time_base = at_ms, _MILLISECOND
        frame.pict_type = PictureType.I if as_key else PictureType.NONE
        return [
            Packet(int(packet.pts or at_ms), vp9.width, vp9.height, packet.is_keyframe, bytes(packet))
            for packet in vp9.encode(frame)
        ]


def _vp9(width: int, height: int) -> VideoCodecContext:
    codec = av.CodecContext.create("libvpx-vp9", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base, codec.framerate = _MILLISECOND, Fraction(30)
    codec.bit_rate, codec.thread_count = 0, 2
    codec.options = dict(_OPTIONS)
    return codec
