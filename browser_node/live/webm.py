"""WebM that is written as it is watched: one VP9 track, no end known, every packet in a cluster of its own. Pure.

A muxer of our own because each reader's stream begins at its own zero while all share one encoder. The elements:
https://www.matroska.org/technical/elements.html
"""

_UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"
_NANOSECONDS = 1_000_000  # times are in milliseconds

_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675


def head(width: int, height: int) -> bytes:
    """What a stream begins with; pictures of other sizes may follow."""
    ebml = (
        _number(0x4286, 1)  # version
        + _number(0x42F7, 1)  # version needed to read it
        + _number(0x42F2, 4)  # longest id
        + _number(0x42F3, 8)  # longest size
        + _element(0x4282, b"webm")
        + _number(0x4287, 4)  # version of the document type
        + _number(0x4285, 2)  # version needed to read it
    )
    info = _number(0x2AD7B1, _NANOSECONDS) + _element(0x4D80, b"BrowserGrid") + _element(0x5741, b"BrowserGrid")
    video = _number(0xB0, width) + _number(0xBA, height)
    track = (
        _number(0xD7, 1)  # its number
        + _number(0x73C5, 1)  # its id
        + _number(0x9C, 0)  # no lacing
        + _number(0x83, 1)  # video
        + _element(0x86, b"V_VP9")
        + _element(0xE0, video)
    )
    segment = _id(_SEGMENT) + _UNKNOWN_SIZE
    return _element(_EBML, ebml) + segment + _element(_INFO, info) + _element(_TRACKS, _element(0xAE, track))


def cluster(at_ms: int, data: bytes, *, is_key: bool) -> bytes:
    """One picture."""
    block = b"\x81\x00\x00" + (b"\x80" if is_key else b"\x00") + data  # track 1, at the cluster's time
    return _element(_CLUSTER, _number(0xE7, at_ms) + _element(0xA3, block))


def _element(name: int, payload: bytes) -> bytes:
    return _id(name) + (len(payload) | 1 << 56).to_bytes(8, "big") + payload


def _number(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _id(name: int) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8, "big")
