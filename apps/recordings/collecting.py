"""Pulls what nodes have captured into the storage: first the bytes, then the row, then the node may forget it.

Repeatable at any point, and by several processes at once: a piece has one name, and its row is unique.
"""

import hashlib
import logging
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from apps.nodes.captures import CaptureError, Captures, NothingCaptured, Piece
from apps.recordings import room, storage
from apps.recordings.kinds import PICTURES, STREAMS, Kind, RecordingState, Stream
from apps.recordings.models import Recording, Segment
from apps.recordings.queries import IS_LOG
from apps.sessions.models import BrowserSession

logger = logging.getLogger(__name__)

CLOCKS_MS = 2000  # by which a node's clock may be behind the database's
LONGEST_LOG = 64 * 1024 * 1024  # of one piece, unpacked: it came from a page


@dataclass(frozen=True)
class Pulled:
    """What one look brought. `is_over`: every stream the node has of it is closed for good, and all of it is here."""

    segments: int = 0
    bytes: int = 0
    is_over: bool = False
    is_full: bool = False  # a limit was reached: pictures must end


def pull(session: BrowserSession, captures: Captures, *, flush: bool = False) -> Pulled:
    """All pieces that the node has closed. Raises CaptureError where it stops answering; what came is kept."""
    pieces = captures.pieces(flush=flush)
    known = _known(session, pieces)
    limit = room.limit_of(session) if pieces else ""
    homes = _Homes(session)
    stored: Counter[UUID] = Counter()
    is_whole = True
    lacking: set[UUID] = set()
    try:
        for piece in pieces:
            home = None if (piece.stream, piece.number) in known else homes.of(piece)
            if home is not None and limit and piece.stream in PICTURES:
                lacking.add(home.pk)
            elif home is not None:
                try:
                    kept = _keep(session, home, piece, captures)
                except NothingCaptured:
                    continue  # another process has stored and freed it just now
                if kept is None:
                    is_whole = False
                    continue  # it came broken: it stays on the node, for the next look
                stored[home.pk] += kept
            captures.free(piece)
    finally:
        _count(stored)
        if lacking:
            Recording.objects.filter(pk__in=lacking, error="").update(error=limit[:300])
    last = {piece.stream for piece in pieces if piece.is_last}
    return Pulled(
        segments=len(pieces),
        bytes=sum(stored.values()),
        is_over=is_whole and all(piece.stream in last for piece in pieces),
        is_full=bool(limit),
    )


def collect(session: BrowserSession, *, flush: bool = False) -> Pulled:
    """`pull` for callers to whom a node that is away is no news: then nothing came."""
    if session.node is None:
        return Pulled(is_over=True)
    try:
        return pull(session, Captures(session.node, session.instance_id), flush=flush)
    except NothingCaptured:
        return Pulled(is_over=True)
    except CaptureError as error:
        logger.info("collect.away", extra={"session": session.public_id, "reason": str(error)})
        return Pulled()


class _Homes:
    """Which recording a piece belongs to, each asked for once."""

    def __init__(self, session: BrowserSession) -> None:
        self._session = session
        self._pictures: list[Recording] | None = None
        self._log: Recording | None = None

    def of(self, piece: Piece) -> Recording | None:
        """None: nobody wants it (any more)."""
        if piece.stream not in PICTURES:
            return self._log_at(piece.first_ms)
        if self._pictures is None:
            rows = Recording.objects.filter(~IS_LOG, session=self._session)
            self._pictures = list(rows.order_by("-started_at"))
        fitting = [row for row in self._pictures if piece.stream in STREAMS[Kind(row.kind)]]
        for slack in (0, CLOCKS_MS):
            for row in fitting:
                if int(row.started_at.timestamp() * 1000) <= piece.last_ms + slack:
                    is_open = row.state in {RecordingState.RECORDING, RecordingState.FINALISING}
                    return row if is_open else None
        return None

    def _log_at(self, first_ms: int) -> Recording | None:
        if self._log is None:
            started_at = datetime.fromtimestamp(first_ms / 1000, UTC)
            row, _ = Recording.objects.get_or_create(
                session=self._session, kind=Kind.LOGS, defaults={"started_at": started_at}
            )
            self._log = row
        return None if self._log.state == RecordingState.DELETED else self._log


def _known(session: BrowserSession, pieces: Iterable[Piece]) -> set[tuple[str, int]]:
    numbers = {piece.number for piece in pieces}
    rows = Segment.objects.filter(session=session, incarnation=session.incarnation, number__in=numbers)
    return set(rows.values_list("stream", "number"))


def _keep(session: BrowserSession, home: Recording, piece: Piece, captures: Captures) -> int | None:
    """How many bytes it is; 0 where another process has just kept it, None where it came broken."""
    data = captures.data(piece)
    lines = _lines(piece, data)
    if hashlib.sha256(data).hexdigest() != piece.sha256 or lines is None:
        which = f"{piece.stream} {piece.number}"
        logger.warning("collect.broken", extra={"session": session.public_id, "piece": which})
        return None
    name = storage.segment_name(session.pk, session.incarnation, piece.stream, piece.number)
    stored = storage.keep(name, data)
    try:
        with transaction.atomic():
            Segment.objects.create(
                session=session,
                recording=home,
                incarnation=session.incarnation,
                stream=piece.stream,
                number=piece.number,
                first_ms=piece.first_ms,
                last_ms=piece.last_ms,
                bytes=stored.bytes,
                lines=lines,
                sha256=stored.sha256,
                stored_as=stored.name,
            )
    except IntegrityError:
        return 0
    return stored.bytes


def _lines(piece: Piece, data: bytes) -> int | None:
    """None where it is not what it should be."""
    if piece.stream == Stream.VIDEO:
        return 0
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(data, LONGEST_LOG)
    except zlib.error:
        return None
    return text.count(b"\n") if unpacker.eof else None


def _count(stored: Counter[UUID]) -> None:
    for key, more in stored.items():
        Recording.objects.filter(pk=key).update(bytes=F("bytes") + more)
