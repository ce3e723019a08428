import fcntl
import os
import subprocess
import sys

import pytest

from browsergrid.supervisor import directories
from browsergrid.supervisor.directories import Directories, InUse, Unsafe


@pytest.fixture
def places(tmp_path):
    return Directories(data=tmp_path / "var", run=tmp_path / "var" / "run")


def test_folders_are_for_their_owner_alone(places):
    places.make()
    for name in ("run", "redis", "secrets"):
        assert (places.data / name).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_a_link_is_refused(places, tmp_path):
    places.data.mkdir()
    (tmp_path / "elsewhere").mkdir()
    places.run.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unsafe, match="of your own"):
        places.make()


def test_a_data_directory_is_held_by_one_at_a_time(places):
    places.make()
    held = places.lock()
    with pytest.raises(InUse, match=f"process {os.getpid()}"):
        places.lock()
    os.close(held)
    os.close(places.lock())


def test_a_former_supervisor_that_is_gone_is_waited_for_until_its_warden_let_go(places):
    places.make()
    path = places.data / "supervisor.lock"
    path.write_text("999999999")
    holding = (
        "import fcntl, sys, time; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_EX); "
        "print('held', flush=True); time.sleep(0.3)"
    )
    with subprocess.Popen([sys.executable, "-c", holding, str(path)], stdout=subprocess.PIPE) as warden:
        assert warden.stdout is not None
        warden.stdout.readline()
        descriptor = places.lock()
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def test_only_a_run_folder_outside_the_data_directory_is_removed(places, tmp_path, monkeypatch):
    monkeypatch.setattr(directories.tempfile, "gettempdir", lambda: str(tmp_path))
    places.make()
    places.remove_temporary()
    assert places.run.is_dir()
    apart = Directories(data=places.data, run=tmp_path / "bg-1234")
    apart.make()
    apart.remove_temporary()
    assert not apart.run.exists()
