"""A bare Debian 12, the packages that the README names, a fresh clone: the README's own commands, with a stopwatch."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("bare_root.sh")

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("debootstrap"), reason="needs root and debootstrap"),
]


def test_a_bare_debian_serves_the_snippet_and_passes_the_tests():
    drill = subprocess.run([SCRIPT, "bare_root_drill.sh"], capture_output=True, text=True, check=False)
    figures = dict(line.split()[1:] for line in drill.stdout.splitlines() if line.startswith("figure "))
    assert drill.returncode == 0, f"{figures}\n{drill.stdout[-2000:]}\n{drill.stderr[-6000:]}"
    assert float(figures["first_up"]) <= 240
    assert float(figures["second_up"]) <= 12
    assert float(figures["first_up"]) + float(figures["test_setup"]) <= 240
    assert float(figures["test"]) <= 900
