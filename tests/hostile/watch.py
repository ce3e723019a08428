"""What a request does besides answering: files it writes, programs it starts, lines it logs."""

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from browsergrid import logs

WRITING = set("wax+")
STARTING = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"}
REMOVING = {"os.remove", "os.rename", "os.rmdir", "shutil.rmtree", "os.mkdir", "os.chmod", "os.symlink", "os.link"}
COMPILED = "__pycache__"  # Python's own: a module that is imported for the first time
_watching: list[list[str]] = []
_hooked: list[bool] = []


@contextmanager
def deeds() -> Iterator[list[str]]:
    """Every file that Python opens for writing and every program it starts meanwhile; the databases write in C."""
    if not _hooked:
        sys.addaudithook(_heard)  # it cannot be taken back, so there is one for all
        _hooked.append(True)
    done: list[str] = []
    _watching.append(done)
    try:
        yield done
    finally:
        _watching.remove(done)


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        path, mode, flags = arguments
        writes = WRITING & set(mode) if isinstance(mode, str) else isinstance(flags, int) and flags & 0o103
        if writes and not isinstance(path, int) and COMPILED not in str(path):  # a number was opened by its name before
            _watching[-1].append(f"wrote {path!r}")
    elif event in STARTING or (event in REMOVING and COMPILED not in str(arguments[0])):
        _watching[-1].append(f"{event} {arguments[0]!r}")


class Lines(logging.Handler):
    """Our own formatter's lines, one for each record that was made."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logs._formatter("pretty"))
        self.stream = io.StringIO()
        self.records = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            return  # a traceback has many lines, and is a failure of its own
        self.records += 1
        self.stream.write(self.format(record) + "\n")


@contextmanager
def logged() -> Iterator[Lines]:
    """All that is logged meanwhile, as it would be written."""
    root, handler = logging.getLogger(), Lines()
    root.addHandler(handler)
    try:
        yield handler
    finally:
        root.removeHandler(handler)


def forged(lines: Lines) -> list[str]:
    """Lines beyond one for each record, and characters that a terminal would obey."""
    written = lines.stream.getvalue().split("\n")[:-1]
    odd = [line for line in written if any(ord(letter) < 0x20 and letter != "\t" for letter in line)]
    if len(written) != lines.records:
        odd.append(f"{len(written)} lines for {lines.records} records")
    return odd
