"""A zip that is written as it is read: however much goes in, little of it is in memory."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from apps.recordings import storage
from apps.recordings.models import SessionFile

PIECE = 64 * 1024


class Sink:
    """What a zip is written into: it cannot go back, so neither must the writer."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self, *, least: int = 1) -> Iterator[bytes]:
        if len(self._held) >= least:
            yield bytes(self._held)
            self._held.clear()


def entry(name: str, at: datetime) -> ZipInfo:
    info = ZipInfo(name, at.timetuple()[:6])
    info.compress_type = ZIP_DEFLATED
    return info


def pieces(files: Iterable[SessionFile]) -> Iterator[bytes]:
    """Of those that were kept. Names are flat and unique, whatever they were."""
    sink, taken = Sink(), set[str]()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload] # it only writes
        for file in files:
            if not file.stored_as:
                continue
            held = storage.pieces(file.stored_as, 0, file.bytes - 1)
            try:
                first = next(held, b"")
            except FileNotFoundError:
                continue  # deleted since the list was read
            name = _unique(f"{file.kind}s/{_flat(file.name)}", taken)
            with archive.open(entry(name, file.created_at), "w", force_zip64=True) as inside:
                for piece in chain([first], held):
                    inside.write(piece)
                    yield from sink.taken(least=PIECE)
    yield from sink.taken()


def _flat(name: str) -> str:
    """Nothing that leads an unpacker anywhere."""
    plain = "".join(letter if letter.isprintable() and letter not in '/\\:*?"<>|' else "_" for letter in name)
    return plain.strip(". ") or "file"


def _unique(name: str, taken: set[str]) -> str:
    path, number, wanted = PurePosixPath(name), 2, name
    while wanted.lower() in taken:
        wanted, number = str(path.with_name(f"{path.stem} ({number}){path.suffix}")), number + 1
    taken.add(wanted.lower())
    return wanted
