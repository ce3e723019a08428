"""Outlives the supervisor by a moment: ends what is left of its family and removes its temporary directories.

A leash ends the supervisor's own children; this ends theirs too. Every process of one run carries the same mark in its
environment. Standard library only: as a script it runs in a bare interpreter (`python -I -S warden.py <mark>`) and
reads `directory <path>` and `farewell` from its standard input; an end without farewell means that the supervisor died.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

VARIABLE = "BROWSERGRID_FAMILY"
_PATIENCE_SECONDS = 5.0


def members(mark: str) -> list[int]:
    """Processes whose mark begins with this one, ourselves apart."""
    sought = f"{VARIABLE}={mark}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:  # gone meanwhile, or another user's
            continue
        if any(variable.startswith(sought) for variable in environment.split(b"\0")):
            found.append(int(entry.name))
    return found


def end(mark: str) -> bool:
    """Kill the family until none is left; whether that came to pass."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while left := members(mark):
        for process in left:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def main(mark: str) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    directories = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "directory":
            directories.append(rest)
        elif word == "farewell":
            return
    end(mark)
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
