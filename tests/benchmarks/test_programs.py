"""benchmarks.programs and wsbench: the load generator builds, runs, and tells a broken echo from a whole one."""

import json
import shutil
import socket
import subprocess

import pytest

from benchmarks import programs
from benchmarks.candidates import free_ports, wait_for_port
from benchmarks.programs import MissingProgramError, compile_wsbench, start_pinned

pytestmark = pytest.mark.skipif(not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="needs a C compiler")


@pytest.fixture(scope="module")
def wsbench(tmp_path_factory):
    return compile_wsbench(tmp_path_factory.mktemp("wsbench"))


@pytest.fixture
def echo_port(wsbench):
    (port,) = free_ports(1)
    process = start_pinned([str(wsbench / "echo"), str(port)], None)
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("mode", "figure"),
    [
        ("rr 1 200", "p50"),
        ("rr 8 200", "peak_rate"),
        ("big 1 1000000", "median"),
        ("up 1 1000000", "mean"),
        ("open 4 0", "per_second"),
        ("idle 20 200", "opened"),
    ],
)
def test_every_mode_of_the_load_generator_measures(wsbench, echo_port, mode, figure):
    name, connections, size = mode.split()
    command = [str(wsbench / "load"), name, str(echo_port), "/", connections, "0.1", size]
    done = subprocess.run(command, capture_output=True, text=True, input="\n", timeout=20, check=False)
    found = json.loads(done.stdout)
    assert found[figure] > 0


def test_a_refused_upgrade_is_an_error_not_a_figure(wsbench):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [str(wsbench / "load"), "rr", str(listener.getsockname()[1]), "/", "1", "0.1", "200"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        connection, _ = listener.accept()
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        connection.close()
        output, _ = process.communicate(timeout=20)
    assert json.loads(output) == {"error": "handshake"}


def test_a_missing_compiler_is_told_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(programs.shutil, "which", lambda name: None)
    with pytest.raises(MissingProgramError, match="apt install gcc"):
        compile_wsbench(tmp_path)
    with pytest.raises(MissingProgramError, match="nodejs"):
        programs.install_peer()


def test_the_peers_lock_names_no_download_address():
    assert "resolved" not in (programs.HERE / "peer" / "package-lock.json").read_text()
