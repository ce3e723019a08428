"""setup.sh and the files that it installs from."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;#]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    found = PIN.findall((ROOT / name).read_text())
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in found}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_the_constraints_agree(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if re.match(r"[A-Za-z]", line)]
    assert len(pins(name)) == len(lines)
    constraints = pins("constraints.txt")
    assert {package: constraints.get(package) for package in pins(name)} == pins(name)


@pytest.mark.parametrize("folder", ["tests/clients", "frontend"])
def test_no_lock_file_names_where_packages_come_from(folder):
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
    assert "://" not in (ROOT / "constraints.txt").read_text()


def test_a_variable_that_is_set_wins_over_the_environment_file(tmp_path):
    script = (ROOT / "setup.sh").read_text()
    function = script[script.index("read_env_file() {") :]
    function = function[: function.index("\n}\n") + 3]
    (tmp_path / ".env").write_text(
        '# a comment\nA_PORT=1\nB_PORT=2\nC_WORDS=two words = "kept"\nnot a variable\nEMPTY=\n'
    )
    shown = subprocess.run(
        ["bash", "-euc", f'{function}\nread_env_file; printf "%s|" "$A_PORT" "$B_PORT" "$C_WORDS" "$EMPTY"'],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "B_PORT": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == '1|3|two words = "kept"||'


def test_all_that_comes_from_rrweb_is_of_one_version():
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    versions = {package["version"] for name, package in lock["packages"].items() if "rrweb" in name or "rrdom" in name}
    assert versions == {"2.1.6"}


def test_an_unknown_level_is_refused(tmp_path):
    refused = subprocess.run([ROOT / "setup.sh", "everything"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "run or test, not everything" in refused.stderr
