"""Where recorded bytes lie: Django's storage `recordings`, a folder or a bucket. Names are made here, never by others.

Writing the same bytes under the same name twice is once: several processes may collect at the same time.
"""

import hashlib
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Protocol, runtime_checkable
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

PIECE = 256 * 1024
IN_MEMORY = 4 * 1024 * 1024  # what is being made is kept in memory up to this, then on disk


@dataclass(frozen=True)
class Stored:
    name: str
    bytes: int
    sha256: str


@runtime_checkable
class Parted(Protocol):
    """A storage far away, that gives a part without the whole and deletes many at once."""

    def part(self, name: str, first: int, last: int) -> Iterator[bytes]: ...
    def delete_all(self, names: Iterable[str]) -> None: ...


def store() -> Storage:
    return storages["recordings"]


def segment_name(session: UUID, incarnation: int, stream: str, number: int) -> str:
    return f"{_folder(session)}/{incarnation}/{stream}/{number:08}"


def artifact_name(session: UUID, recording: UUID, name: str) -> str:
    return f"{_folder(session)}/recordings/{recording}/{name}"


def file_name(session: UUID, file: UUID) -> str:
    """The bytes' own name is the row's to know: it comes from pages."""
    return f"{_folder(session)}/files/{file}"


def keep(name: str, data: bytes) -> Stored:
    return Stored(_save(name, ContentFile(data)), len(data), hashlib.sha256(data).hexdigest())


def keep_file(name: str, file: IO[bytes]) -> Stored:
    """From its beginning to its end."""
    digest, length = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
        length += len(piece)
    file.seek(0)
    return Stored(_save(name, File(file)), length, digest.hexdigest())


def read(name: str) -> bytes:
    """Raises FileNotFoundError."""
    with store().open(name) as file:
        data: bytes = file.read()
        return data


@contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """Room for what is being made."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        yield file


def pieces(name: str, first: int, last: int) -> Iterator[bytes]:
    """Bytes `first` to `last`, the last one included. Raises FileNotFoundError."""
    left, kept_in = last - first + 1, store()
    if isinstance(kept_in, Parted):
        yield from kept_in.part(name, first, last) if left > 0 else ()
        return
    with kept_in.open(name) as file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def discard(name: str) -> None:
    """Already gone is a success."""
    store().delete(name)


def discard_all(names: Collection[str]) -> None:
    """The same of many."""
    kept_in = store()
    if isinstance(kept_in, Parted):
        kept_in.delete_all(names)
        return
    for name in names:
        kept_in.delete(name)


def _folder(session: UUID) -> str:
    """By the end of the id, which is random: no folder grows without bound."""
    return f"{session.hex[-2:]}/{session}"


def _save(name: str, content: "File[bytes]") -> str:
    return store().save(name, content)
