"""The supervisor as a whole, with real processes."""

import os
import signal

import pytest

from tests.support.eventually import eventually


def test_stages_start_in_order_and_wait_for_readiness(fake_grid):
    grid = fake_grid("redis--slow", "web,worker")
    grid.wait_until_noted("everything is ready")
    notes = grid.notes
    assert notes[:3] == ["started redis", "ready redis", "migrated"]
    assert set(notes[3:7]) == {"started web", "started worker", "ready web", "ready worker"}
    assert notes[7] == "everything is ready"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_in_reverse_order_and_leaves_nothing(fake_grid, how):
    grid = fake_grid("redis", "node", "web")
    grid.wait_until_noted("everything is ready")
    assert grid.end(how) == 0
    assert [note for note in grid.notes if note.startswith("ended")] == ["ended web", "ended node", "ended redis"]
    assert grid.alive() == []
    assert grid.leftovers() == []
    assert not (grid.folder / "temporary").exists()


def test_a_signal_during_the_start_leaves_nothing(fake_grid):
    grid = fake_grid("redis", "web--slow")
    grid.wait_until_noted("started web")
    assert grid.end() == 0
    assert "everything is ready" not in grid.notes
    assert grid.leftovers() == []


def test_a_child_deaf_to_sigterm_is_killed(fake_grid):
    grid = fake_grid("redis--deaf")
    grid.wait_until_noted("everything is ready")
    assert grid.end() == 0
    assert grid.leftovers() == []
    assert "redis did not end within 1 s; killing it" in grid.output.read_text()


def test_killing_the_supervisor_leaves_no_process_and_no_temporary_directory(fake_grid):
    grid = fake_grid("redis", "node,web")
    grid.wait_until_noted("everything is ready")
    assert len(grid.alive()) == 6
    grid.end(signal.SIGKILL)
    eventually(lambda: not grid.alive() and not grid.leftovers(), within=3, what="nothing left")
    eventually(lambda: not (grid.folder / "temporary").exists(), within=3, what="no temporary directory")


def test_killing_the_supervisor_during_the_start_leaves_nothing(fake_grid):
    grid = fake_grid("redis", "web--slow")
    grid.wait_until_noted("started web")
    grid.end(signal.SIGKILL)
    eventually(lambda: not grid.leftovers(), within=3, what="nothing left")


def test_a_killed_child_is_started_again_without_its_former_children(fake_grid):
    grid = fake_grid("redis", "web")
    grid.wait_until_noted("everything is ready")
    former = grid.pid_of("web")
    os.kill(former, signal.SIGKILL)
    grid.wait_until_noted("ready web", times=2)
    assert grid.pid_of("web") != former
    assert len(grid.alive()) == 4  # two children, each with one of its own
    assert "web was ended by signal 9; starting it again in 0.05 s" in grid.output.read_text()


def test_a_child_that_never_works_is_given_up_and_everything_ends(fake_grid):
    grid = fake_grid("redis", "web--crash")
    assert grid.process.wait(timeout=20) == 1
    assert grid.notes.count("started web") == 3
    assert grid.notes[-1] == "ended redis"
    assert "web ended 3 times in a row (ended with code 3)" in grid.output.read_text()
    assert grid.leftovers() == []


def test_every_line_carries_the_name_of_its_part(fake_grid):
    grid = fake_grid("redis", "web")
    grid.wait_until_noted("everything is ready")
    grid.end()
    lines = grid.output.read_text().splitlines()
    assert "redis   | hello from redis" in lines
    assert "web     | hello from web" in lines
