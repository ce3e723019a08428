"""Stored bytes as an answer: whole or the part that `Range` names, with what keeps a browser from running them.

What pages made is hostile. Everything but our own films and lists is handed out as an attachment without a type.
"""

import gzip
import re
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from apps.api.aside import aside
from apps.core.errors import NotFound
from apps.recordings import storage

SPAN = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
SAFE = re.compile(r"[A-Za-z0-9 ._()\[\]+,=@-]")
PLAIN = "application/octet-stream"
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def whole_or_part(request: Request, stored_as: str, size: int, media_type: str) -> HttpResponseBase:
    """206 with the part that was asked for; 416 where there is no such part."""
    span = _span(request.headers.get("Range", ""), size)
    if span is not None and span[0] > span[1]:
        return _guarded(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    first, last = span or (0, size - 1)
    found = streamed(_begun(storage.pieces(stored_as, first, last)), media_type)
    found["Accept-Ranges"] = "bytes"
    found["Content-Length"] = str(last - first + 1)
    if span is not None:
        found.status_code = 206
        found["Content-Range"] = f"bytes {first}-{last}/{size}"
    return found


def gzipped(request: Request, stored_as: str, size: int, media_type: str) -> HttpResponseBase:
    """Packed as it is stored, for whoever takes that."""
    takes = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    if takes:
        found = streamed(_begun(storage.pieces(stored_as, 0, size - 1)), media_type)
        found["Content-Encoding"], found["Content-Length"] = "gzip", str(size)
    else:
        found = streamed(_begun(_unpacked(stored_as)), media_type)
    found["Vary"] = "Accept-Encoding"
    return found


def attached(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """To be saved under that name, which a page may have chosen."""
    plain = "".join(letter if SAFE.match(letter) else "_" for letter in name)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return response


def streamed(pieces: Iterator[bytes] | Iterator[str], media_type: str) -> StreamingHttpResponse:
    """Each piece is made in a thread. `media_type` is ours, never one that a page gave."""
    response = StreamingHttpResponse(_in_threads(pieces), content_type=media_type)
    response["X-Accel-Buffering"] = "no"
    _guarded(response)
    return response


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _span(text: str, size: int) -> tuple[int, int] | None:
    """None: the whole, also for what is not understood. First beyond last: there is no such part."""
    match = SPAN.match(text.strip())
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match[1], match[2]
    if not first:
        length = min(int(last), size)
        return (size - length, size - 1) if length else (1, 0)
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same, its first piece read: where what was stored is gone, the answer can still be a 404. Raises NotFound."""
    try:
        first = next(pieces, b"")
    except FileNotFoundError as error:
        raise NotFound from error
    return chain((first,), pieces)


def _unpacked(stored_as: str) -> Iterator[bytes]:
    with storage.store().open(stored_as) as file, gzip.GzipFile(fileobj=file) as lines:
        while piece := lines.read(storage.PIECE):
            yield piece


async def _in_threads(pieces: Iterator[bytes] | Iterator[str]) -> AsyncIterator[bytes | str]:
    def following() -> bytes | str | None:
        return next(pieces, None)

    while (piece := await aside(following)) is not None:
        yield piece
