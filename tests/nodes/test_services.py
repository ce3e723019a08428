"""Rows of processes and nodes: one for each name, kept by leases; room that is never given twice."""

import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from apps.core import clock
from apps.nodes.models import Node, Process
from apps.nodes.services import (
    end_process,
    ensure_node,
    forget_lapsed_processes,
    node_answered,
    register_process,
    renew_process,
    take_room,
    take_slot,
)
from tests.support.at_once import at_once, failures
from tests.support.moving_clock import START

pytestmark = pytest.mark.django_db
GATEWAY = Process.Kind.GATEWAY


def node(name: str = "n", **fields: object) -> Node:
    wanted = {"provider": "local", "max_browsers": 2, "lease_expires_at": START + timedelta(seconds=15), **fields}
    return Node.objects.create(name=name, address="unix:/x", **wanted)


@pytest.mark.database
def test_200_rounds_of_ending_and_starting_again_leave_one_row(tmp_path: Path) -> None:
    boots = set()
    for _ in range(200):
        slot = take_slot(GATEWAY, tmp_path)
        boots.add(register_process(GATEWAY, slot).boot_id)
        slot.lock.close()  # what the kernel does at a process's end
    assert Process.objects.count() == 1
    assert len(boots) == 200


def test_processes_that_live_side_by_side_have_rows_of_their_own(tmp_path: Path) -> None:
    slots = [take_slot(GATEWAY, tmp_path) for _ in range(3)]
    slots.append(take_slot(Process.Kind.WORKER, tmp_path))
    assert len({register_process(GATEWAY, slot).pk for slot in slots}) == 4
    slots[1].lock.close()
    assert take_slot(GATEWAY, tmp_path).name == slots[1].name


def test_a_killed_process_gives_its_slot_back(tmp_path: Path) -> None:
    mine = take_slot(GATEWAY, tmp_path)
    mine.lock.close()
    script = f"""
        import fcntl, sys
        lock = open({str(tmp_path / "gateway-0.lock")!r}, "a")
        fcntl.flock(lock, fcntl.LOCK_EX)
        print("held", flush=True)
        sys.stdin.read()
    """
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    other = take_slot(GATEWAY, tmp_path)
    assert other.name != mine.name
    holder.kill()
    holder.communicate()
    assert take_slot(GATEWAY, tmp_path).name == mine.name


def test_a_process_keeps_its_row_while_it_renews_and_learns_that_another_took_its_name(tmp_path: Path) -> None:
    slot = take_slot(GATEWAY, tmp_path)
    former = register_process(GATEWAY, slot)
    assert renew_process(former, START)
    former.refresh_from_db()
    assert former.lease_expires_at == START + timedelta(seconds=15)
    register_process(GATEWAY, slot)
    assert not renew_process(former, START)


def test_a_farewell_ends_the_lease_now_but_not_a_successors(tmp_path: Path) -> None:
    slot = take_slot(GATEWAY, tmp_path)
    with clock.stopped_at(START):
        former = register_process(GATEWAY, slot)
        present = register_process(GATEWAY, slot)
        end_process(former)
        present.refresh_from_db()
        assert present.lease_expires_at > START
        end_process(present)
        present.refresh_from_db()
        assert present.lease_expires_at == START


def test_rows_of_processes_long_gone_are_forgotten(tmp_path: Path) -> None:
    with clock.stopped_at(START):
        register_process(GATEWAY, take_slot(GATEWAY, tmp_path))
    assert forget_lapsed_processes(START + timedelta(minutes=59)) == 0
    assert forget_lapsed_processes(START + timedelta(minutes=61)) == 1


def test_a_configured_node_has_one_row_and_its_address_follows() -> None:
    first = ensure_node("local", provider="local", address="unix:/a")
    again = ensure_node("local", provider="local", address="unix:/b")
    assert first.pk == again.pk
    assert Node.objects.get().address == "unix:/b"


def test_a_nodes_answer_renews_its_lease_and_tells_a_new_boot() -> None:
    row = node(lease_expires_at=None, max_browsers=0)
    said = {"max_browsers": 7, "facts": {"cpu": 2}, "now": START}
    assert node_answered(row, boot_id="one", **said)
    assert not node_answered(row, boot_id="one", **said)
    assert node_answered(row, boot_id="two", **said)
    row.refresh_from_db()
    assert (row.boot_id, row.max_browsers, row.lease_expires_at) == ("two", 7, START + timedelta(seconds=15))


def test_room_is_taken_on_the_emptiest_node() -> None:
    node("full", browsers=2)
    node("half", browsers=1)
    empty = node("empty")
    assert take_room("local", START) == empty
    empty.refresh_from_db()
    assert empty.browsers == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"browsers": 2},
        {"draining": True},
        {"provider": "other"},
        {"lease_expires_at": START},
        {"lease_expires_at": None},
    ],
    ids=["full", "draining", "another provider's", "lapsed", "never heard of"],
)
def test_there_is_no_room_on_a_node_that_is(fields: dict[str, object]) -> None:
    node(**fields)
    assert take_room("local", START) is None


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_room_that_many_want_at_once_is_given_once() -> None:
    node("a", max_browsers=3)
    node("b", max_browsers=4)
    answers = at_once([lambda: take_room("local", START)] * 16)
    assert failures(answers) == []
    assert sum(answer is not None for answer in answers) <= 7
    while take_room("local", START):
        pass
    assert sorted(Node.objects.values_list("browsers", flat=True)) == [3, 4]


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_processes_that_register_at_once_never_share_a_row(tmp_path: Path) -> None:
    slots: list[object] = []

    def start() -> str:
        slot = take_slot(GATEWAY, tmp_path)
        slots.append(slot)
        return register_process(GATEWAY, slot).name

    names = at_once([start] * 8)
    assert failures(names) == []
    assert len(set(names)) == Process.objects.count() == 8
