"""A child as the supervisor sees one: notes what happens to it, answers 200 on a unix socket, has a child of its own.

Usage: fake_child.py <folder> <name> [--crash] [--deaf] [--slow]
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

folder, name, *flags = sys.argv[1:]


def note(what: str) -> None:
    with (Path(folder) / "notes").open("a") as file:
        file.write(f"{what} {name}\n")


def leave(*_: object) -> None:
    note("ended")
    sys.exit(0)


def main() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN if "--deaf" in flags else leave)
    note("started")
    os.write(1, f"hello from {name}\n".encode())
    if "--crash" in flags:
        sys.exit(3)
    # In a session of its own, so that only the mark can find it.
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    with (Path(folder) / "pids").open("a") as file:
        file.write(f"{os.getpid()}\n{grandchild.pid}\n")
    (Path(folder) / f"{name}.pid").write_text(str(os.getpid()))
    if "--slow" in flags:
        time.sleep(0.5)
    path = Path(folder) / f"{name}.sock"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        note("ready")
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


main()
