"""The folders of one installation: private, ours alone while we run, gone again where they were temporary."""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_WAIT_SECONDS = 6.0  # after `kill -9` of a former supervisor its warden still cleans up


class InUse(Exception):
    """Another supervisor runs on this data directory."""


class Unsafe(Exception):
    """A folder belongs to somebody else, or others may write into it."""


@dataclass(frozen=True, slots=True)
class Directories:
    data: Path
    run: Path

    @property
    def run_is_temporary(self) -> bool:
        return self.run.is_relative_to(tempfile.gettempdir()) and not self.run.is_relative_to(self.data)

    def make(self) -> None:
        """Raises Unsafe."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.run, self.data / "redis", self.data / "node", self.data / "secrets"):
            folder.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.run, self.data / "redis", self.data / "secrets"):
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                raise Unsafe(
                    f"{folder} must be a folder of your own. Remove it or choose another BROWSERGRID_DATA_DIR."
                )
            folder.chmod(0o700)

    def temporary(self) -> tuple[str, ...]:
        """What must not outlive us: what pages left with browsers, and sockets outside the data directory."""
        browsers = str(self.data / "node" / "browsers")
        return (browsers, str(self.run)) if self.run_is_temporary else (browsers,)

    def remove_temporary(self) -> None:
        if self.run_is_temporary:
            shutil.rmtree(self.run, ignore_errors=True)

    def lock(self) -> int:
        """A descriptor that holds the data directory until it and its copies are closed. Raises InUse."""
        path = self.data / "supervisor.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
                if time.monotonic() < deadline and not _is_alive(holder):
                    time.sleep(0.05)
                    continue
                os.close(descriptor)
                raise InUse(
                    f"Another `make up` (process {holder or 'unknown'}) uses {self.data}. End it, or choose another: "
                    "BROWSERGRID_DATA_DIR=./var2 BROWSERGRID_PORT=8001 make up"
                ) from None
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return descriptor


def _is_alive(process: str) -> bool:
    return process.isdigit() and Path("/proc", process).exists()
