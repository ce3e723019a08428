"""The files of one browser: what it downloaded, and what it was given to choose from.

They lie in two directories that the browser can write to, so whatever stands there is hostile: nothing is opened by a
path, no link is followed, and nothing but a regular file is read. Names for people are kept here, not on the disk:
Chromium saves each download under a number of its own.
"""

import asyncio
import contextlib
import os
import re
import secrets
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from browser_node.capture import redaction
from browser_node.capture.spool import now_ms
from browser_node.file_names import free_name
from browser_node.wire_capture import FileKind, NodeFile

DOWNLOADS = "downloads"
UPLOADS = "uploads"

_MOST_FILES = 1000  # of one browser that are remembered
_CHUNK = 256 * 1024
_NUMBER = re.compile(r"[0-9A-Za-z-]{8,64}")

OnLine = Callable[[dict[str, Any]], None]


class TooLarge(Exception):
    """More bytes, or more files, than one browser may have."""


class NotThere(Exception):
    """No such file, or none that may be read."""


class Taken(Exception):
    """A download has that name."""


@dataclass(slots=True)
class _Entry:
    file: NodeFile
    stored: str  # its name on the disk
    page: str = ""


class Files:
    """`home` is the browser's directory as we see it, `inside` as the browser does; `limit` counts bytes of a kind."""

    def __init__(self, home: Path, inside: str, limit: int) -> None:
        self._home = home
        self._inside = inside
        self._limit = limit
        self._entries: dict[str, _Entry] = {}  # by name
        self._names: dict[str, str] = {}  # of downloads, by Chromium's number
        self._listeners: list[OnLine] = []

    @property
    def downloads(self) -> str:
        """The directory that Chromium is told to save to."""
        return f"{self._inside}/{DOWNLOADS}"

    def all(self) -> list[NodeFile]:
        """In the order they came."""
        return [entry.file for entry in self._entries.values()]

    def listen(self, listener: OnLine) -> Callable[[], None]:
        """Hear of downloads, as lines of the download stream; answers the call that undoes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def forget(self) -> None:
        """The browser's directory was made anew."""
        self._entries.clear()
        self._names.clear()

    def began(self, number: str, suggested: str, url: str, page: str) -> None:
        """Chromium begins a download."""
        if _NUMBER.fullmatch(number) is None or len(self._entries) >= _MOST_FILES:
            return
        name = free_name(suggested, self._entries)
        file = NodeFile(name, FileKind.DOWNLOAD, 0, now_ms(), redaction.address(url), is_complete=False)
        self._entries[name] = _Entry(file, number, page)
        self._names[number] = name
        self._tell(self._entries[name], "started")

    def progressed(self, number: str, received: int, state: str) -> bool:
        """Chromium tells more of it. False: it is to be cancelled: too large, one too many, or deleted."""
        entry = self._entries.get(self._names.get(number, ""))
        if entry is None:
            return state != "inProgress"
        if entry.file.is_complete:
            return True
        entry.file = replace(entry.file, bytes=received)
        if state == "completed":
            entry.file = replace(entry.file, is_complete=True)
            self._tell(entry, "completed")
        elif state == "canceled":
            self._drop(entry)
            self._tell(entry, "cancelled")
        return self._total(FileKind.DOWNLOAD) <= self._limit

    async def put(self, name: str, chunks: AsyncIterator[bytes]) -> NodeFile:
        """Take an upload, in the place of one of that name. Raises Taken, TooLarge or OSError."""
        before = self._entries.get(name)
        if before is not None and before.file.kind is FileKind.DOWNLOAD:
            raise Taken
        if before is None and len(self._entries) >= _MOST_FILES:
            raise TooLarge
        room = self._limit - self._total(FileKind.UPLOAD) + (before.file.bytes if before else 0)
        size = await self._receive(name, chunks, room)
        if name in self._names.values():  # a download that began meanwhile
            self._unlink(UPLOADS, name)
            raise Taken
        file = NodeFile(name, FileKind.UPLOAD, size, now_ms(), path=f"{self._inside}/{UPLOADS}/{name}")
        self._entries[name] = _Entry(file, name)
        return file

    async def read(self, name: str) -> tuple[int, AsyncIterator[bytes]]:
        """Its size and its bytes. Raises NotThere; a file that shrinks while it is read raises OSError."""
        entry = self._entries.get(name)
        if entry is None:
            raise NotThere
        try:
            file = await asyncio.to_thread(self._open, entry)
        except OSError as error:
            raise NotThere from error
        size = os.fstat(file.fileno()).st_size
        return size, _pieces(file, size)

    def is_complete(self, name: str) -> bool:
        """Raises NotThere."""
        if name not in self._entries:
            raise NotThere
        return self._entries[name].file.is_complete

    async def delete(self, name: str) -> None:
        """Already gone is a success."""
        entry = self._entries.get(name)
        if entry is not None:
            self._drop(entry)
            await asyncio.to_thread(self._unlink, _place(entry), entry.stored)

    def _total(self, kind: FileKind) -> int:
        return sum(entry.file.bytes for entry in self._entries.values() if entry.file.kind is kind)

    def _drop(self, entry: _Entry) -> None:
        self._entries.pop(entry.file.name, None)
        self._names.pop(entry.stored, None)

    def _tell(self, entry: _Entry, state: str) -> None:
        file = entry.file
        line = {"name": file.name, "url": file.url, "bytes": file.bytes, "state": state}
        for listener in list(self._listeners):
            listener({"t": now_ms(), "page": entry.page, **line})

    async def _receive(self, name: str, chunks: AsyncIterator[bytes], room: int) -> int:
        """The number of bytes. Seen by the browser whole or not at all."""
        partial = f".{secrets.token_hex(8)}"
        with _directory(self._home, UPLOADS) as directory:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(partial, flags, 0o600, dir_fd=directory)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    size = 0
                    async for chunk in chunks:
                        size += len(chunk)
                        if size > room:
                            raise TooLarge
                        await asyncio.to_thread(file.write, chunk)
                    os.fchmod(file.fileno(), 0o644)  # the browser is somebody else
                os.rename(partial, name, src_dir_fd=directory, dst_dir_fd=directory)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(partial, dir_fd=directory)
                raise
        return size

    def _open(self, entry: _Entry) -> BinaryIO:
        """Raises OSError, also for what is no regular file."""
        with _directory(self._home, _place(entry)) as directory:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(entry.stored, flags, dir_fd=directory)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileNotFoundError(entry.stored)
        return os.fdopen(descriptor, "rb")

    def _unlink(self, place: str, stored: str) -> None:
        with contextlib.suppress(OSError), _directory(self._home, place) as directory:
            os.unlink(stored, dir_fd=directory)


def _place(entry: _Entry) -> str:
    return DOWNLOADS if entry.file.kind is FileKind.DOWNLOAD else UPLOADS


@contextlib.contextmanager
def _directory(home: Path, name: str) -> Iterator[int]:
    """A descriptor of a directory right in the browser's home. Raises OSError where that is a link, or no directory."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    outer = os.open(home, flags)
    try:
        inner = os.open(name, flags, dir_fd=outer)
    finally:
        os.close(outer)
    try:
        yield inner
    finally:
        os.close(inner)


async def _pieces(file: BinaryIO, size: int) -> AsyncIterator[bytes]:
    """So many bytes and no more, also where the file grows meanwhile."""
    with file:
        while size:
            piece = await asyncio.to_thread(file.read, min(size, _CHUNK))
            if not piece:
                raise OSError("the file became shorter while it was read")
            size -= len(piece)
            yield piece
