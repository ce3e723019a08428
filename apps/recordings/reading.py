"""Stored pieces opened again: lines as JSON, frames as they were captured. What is in them came from pages: hostile."""

import gzip
import json
import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.recordings import storage
from apps.recordings.models import Segment
from apps.recordings.numbers import is_number

logger = logging.getLogger(__name__)

FRAME = struct.Struct(">IdHH")  # bytes of the image, unix milliseconds, width and height of the page in CSS pixels


@dataclass(frozen=True)
class Frame:
    """`at_ms` since 1970; `width` and `height` are the page's, the image may be smaller."""

    at_ms: float
    width: int
    height: int
    jpeg: bytes


def lines(segment: Segment) -> Iterator[dict[str, Any]]:
    """In the order of writing; what is no object is left out."""
    for line in gzip.decompress(storage.read(segment.stored_as)).split(b"\n"):
        if entry := line_of(line):
            yield entry


def line_of(line: bytes) -> dict[str, Any] | None:
    if not line.strip():
        return None
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def moment_of(entry: dict[str, Any], otherwise: float = 0.0) -> float:
    """Its `t`, unix milliseconds."""
    t = entry.get("t")
    return float(t) if is_number(t) else otherwise


def frames(segment: Segment) -> Iterator[Frame]:
    """A piece that was cut off ends with its last whole frame."""
    data = storage.read(segment.stored_as)
    place = 0
    while place + FRAME.size <= len(data):
        length, at, width, height = FRAME.unpack_from(data, place)
        place += FRAME.size
        if place + length > len(data):
            logger.warning("frames.cut_off", extra={"segment": str(segment)})
            return
        if length:  # else: still the same picture then, which a film need not be told
            yield Frame(at, width, height, data[place : place + length])
        place += length
