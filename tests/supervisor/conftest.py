"""A supervisor over fake children, in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from browsergrid.supervisor import warden
from tests.support.eventually import eventually

ROOT = Path(__file__).resolve().parents[2]


class FakeGrid:
    def __init__(self, folder: Path, stages: tuple[str, ...]) -> None:
        self.folder = folder
        self.output = folder / "output"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("fake_grid.py")), str(folder), *stages],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                start_new_session=True,
            )

    @property
    def notes(self) -> list[str]:
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def pids(self) -> list[int]:
        """Of every child and grandchild that there ever was."""
        path = self.folder / "pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def pid_of(self, name: str) -> int:
        return int((self.folder / f"{name}.pid").read_text())

    def alive(self) -> list[int]:
        return [pid for pid in self.pids if _runs(pid)]

    def leftovers(self) -> list[int]:
        """Whatever carries the mark of this run; also what never noted its id."""
        return warden.members(f"test-{self.process.pid}/")

    def wait_until_noted(self, note: str, *, times: int = 1) -> None:
        eventually(lambda: self.notes.count(note) >= times, what=lambda: f"{note!r} in {self.output.read_text()}")

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(with_signal)
        return self.process.wait(timeout=20)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def fake_grid(tmp_path: Path) -> Iterator[Callable[..., FakeGrid]]:
    made: list[FakeGrid] = []

    def make(*stages: str) -> FakeGrid:
        grid = FakeGrid(tmp_path, stages)
        made.append(grid)
        return grid

    yield make
    for grid in made:
        if grid.process.poll() is None:
            grid.process.kill()
            grid.process.wait()
        warden.end(f"test-{grid.process.pid}/")
