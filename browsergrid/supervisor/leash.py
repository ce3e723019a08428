"""Ties a process to its parent: the kernel sends it a signal when the parent is gone, however that happened.

As a script, `leash.py <parent> <command…>`: ties itself, then becomes the command. Standard library only, because it
runs in a bare interpreter (`python -I -S`) before each child.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def tie_to_parent(with_signal: signal.Signals) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")


def main(arguments: list[str]) -> None:
    parent, *command = arguments
    tie_to_parent(signal.SIGKILL)
    if os.getppid() != int(parent):  # it ended before we were tied
        os._exit(1)
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
