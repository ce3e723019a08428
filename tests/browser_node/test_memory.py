"""Memory limits of machines and control groups."""

from pathlib import Path

import pytest

from browser_node.memory import oom_kills, read_memory, usable_cores

MIB = 2**20


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    place = tmp_path / "proc"
    (place / "self").mkdir(parents=True)
    (place / "meminfo").write_text("MemTotal:        8192000 kB\nMemFree: 1 kB\nMemAvailable:    4096000 kB\n")
    (place / "self" / "cgroup").write_text("")
    (place / "vmstat").write_text("nr_free_pages 1\noom_kill 7\n")
    return place


def test_without_a_control_group_the_machine_is_the_limit(proc: Path, tmp_path: Path) -> None:
    memory = read_memory(proc, tmp_path)
    assert (memory.limit, memory.available) == (8192000 * 1024, 4096000 * 1024)
    assert memory.free_fraction == 0.5


def test_the_second_version_of_control_groups(proc: Path, tmp_path: Path) -> None:
    (proc / "self" / "cgroup").write_text("0::/a/b\n")
    group = tmp_path / "cgroup" / "a"
    (group / "b").mkdir(parents=True)
    (group / "b" / "memory.max").write_text("max\n")
    (group / "memory.max").write_text(f"{2000 * MIB}\n")
    (group / "memory.current").write_text(f"{900 * MIB}\n")
    (group / "memory.stat").write_text(f"anon 1\ninactive_file {400 * MIB}\n")
    memory = read_memory(proc, tmp_path / "cgroup")
    assert (memory.limit, memory.available) == (2000 * MIB, 1500 * MIB)


def test_the_first_version_of_control_groups(proc: Path, tmp_path: Path) -> None:
    (proc / "self" / "cgroup").write_text("5:cpu:/\n4:memory:/a\n")
    group = tmp_path / "cgroup" / "memory" / "a"
    group.mkdir(parents=True)
    (group / "memory.limit_in_bytes").write_text(f"{1000 * MIB}\n")
    (group / "memory.usage_in_bytes").write_text(f"{300 * MIB}\n")
    memory = read_memory(proc, tmp_path / "cgroup")
    assert (memory.limit, memory.available) == (1000 * MIB, 700 * MIB)


def test_a_limit_above_the_machine_is_none(proc: Path, tmp_path: Path) -> None:
    (proc / "self" / "cgroup").write_text("4:memory:/\n")
    group = tmp_path / "cgroup" / "memory"
    group.mkdir(parents=True)
    (group / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert read_memory(proc, tmp_path / "cgroup").limit == 8192000 * 1024


def test_kills_for_want_of_memory_are_counted(proc: Path) -> None:
    assert oom_kills(proc) == 7


def test_this_machine_has_some() -> None:
    memory = read_memory()
    assert 0 < memory.available <= memory.limit
    assert usable_cores() >= 1
