"""What is on a JPEG: its size, and the colour of a place on it."""

import av
from av.video.frame import VideoFrame


def decoded(jpeg: bytes) -> VideoFrame:
    codec = av.CodecContext.create("mjpeg", "r")
    (picture,) = codec.decode(av.Packet(jpeg))
    return picture


def size(jpeg: bytes) -> tuple[int, int]:
    picture = decoded(jpeg)
    return picture.width, picture.height


def colour(jpeg: bytes, x: float = 0.5, y: float = 0.5) -> tuple[int, int, int]:
    """Red, green and blue at these parts of its width and height."""
    picture = decoded(jpeg).reformat(format="rgb24")
    plane = picture.planes[0]
    place = int(y * picture.height) * plane.line_size + 3 * int(x * picture.width)
    red, green, blue = bytes(plane)[place : place + 3]
    return red, green, blue
