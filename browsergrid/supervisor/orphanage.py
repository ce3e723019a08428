"""The supervisor's end of its warden: starts it, tells it what to remove, takes leave of it."""

import subprocess
import sys
from types import TracebackType
from typing import Self

from browsergrid.supervisor import warden


class Orphanage:
    """While it is open, the death of this process ends its whole family and removes `directories`."""

    def __init__(self, mark: str, *, directories: tuple[str, ...], lock: int | None = None) -> None:
        self._mark = mark
        self._directories = directories
        self._lock = lock
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(warden.__file__), self._mark],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
            pass_fds=() if self._lock is None else (self._lock,),  # held until it has cleaned up
        )
        self._tell(*(f"directory {path}" for path in self._directories))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        self._tell("farewell")
        process.stdin.close()
        process.wait()

    def _tell(self, *lines: str) -> None:
        if self._process is None or self._process.stdin is None:
            return
        try:
            for line in lines:
                self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            # Somebody killed the warden; the leashes still hold.
            return
