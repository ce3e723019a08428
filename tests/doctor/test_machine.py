from browser_node.prerequisites import Prerequisites
from browsergrid.doctor import machine


def found(**changes):
    facts = {
        "chromium": None,
        "bubblewrap": "/usr/bin/bwrap",
        "can_limit_size": True,
        "problems": (),
        "sandbox_works": True,
    }
    return Prerequisites(**(facts | changes))


def test_what_is_absent_is_named_with_the_package_that_brings_it(monkeypatch):
    monkeypatch.setattr(machine.prerequisites, "check", lambda _: found(bubblewrap="", sandbox_works=False))
    chromium, bubblewrap = machine.browsers("")
    assert "apt-get install chromium" in chromium.remedy
    assert "apt-get install bubblewrap" in bubblewrap.remedy


def test_a_sandbox_that_does_not_work_comes_with_the_switch_that_helps(monkeypatch):
    advice = "the sandbox for browsers does not work here: … sysctl user.max_user_namespaces=15000."
    monkeypatch.setattr(machine.prerequisites, "check", lambda _: found(problems=(advice,), sandbox_works=False))
    sandbox = list(machine.browsers(""))[-1]
    assert sandbox.remedy == advice


def test_a_full_disk_is_named_but_keeps_nobody_from_starting(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "_ROOM_BYTES", 10**18)
    finding = machine.disk(tmp_path / "var")
    assert not finding.is_well
    assert not finding.is_fatal


def test_python_and_sqlite_of_this_machine_are_new_enough():
    assert machine.python().is_well
    assert machine.sqlite().is_well
