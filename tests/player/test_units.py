"""The player's pure modules, by Node's own test runner."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "tests" / "player" / "units").glob("*.test.mjs"))


@pytest.mark.clients
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units(unit: Path) -> None:
    node = ROOT / ".venv" / "node" / "node"
    done = subprocess.run([node, "--test", unit], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
