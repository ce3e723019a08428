"""`manage.py up` itself: all parts, real, in a data directory of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.eventually import eventually

ROOT = Path(__file__).resolve().parents[2]
SECRETS = re.compile(r"password: (\S+)|token: (bg_\S+)")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


class Up:
    def __init__(self, data_dir: Path, port: int, *arguments: str, log: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.url = f"http://localhost:{port}"
        self._log = log
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("BROWSERGRID_", "DJANGO_"))
        }
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=inherited
                | {"BROWSERGRID_PORT": str(port), "BROWSERGRID_DATA_DIR": str(data_dir), "TMPDIR": str(log.parent)}
                | environment,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text()

    @property
    def secrets(self) -> list[str]:
        return [password or token for password, token in SECRETS.findall(self.output)]

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            assert self.process.poll() is None, self.output
            return "BrowserGrid is ready" in self.output

        eventually(is_ready, within=90, what="readiness")

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=60)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(*arguments: str, data_dir: Path | None = None, port: int = 0, **environment: str) -> Up:
        log = tmp_path / f"up-{len(started)}.log"
        up = Up(data_dir or tmp_path / "var", port or free_port(), *arguments, log=log, **environment)
        started.append(up)
        return up

    yield start
    for up in started:
        if up.process.poll() is None:
            up.end()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def all_gone(family: list[psutil.Process]) -> bool:
    return not [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def test_it_shows_secrets_once_answers_and_ends_without_a_trace(up):
    first = up()
    first.wait_until_ready()
    assert len(first.secrets) == 3
    assert httpx.get(f"{first.url}/readyz").status_code == 200
    family = first.family()
    commands = "\n".join(" ".join(process.cmdline()) for process in family)
    for secret in (*first.secrets, (first.data_dir / "secrets" / "secret_key").read_text()):
        assert secret not in commands
    for file in (first.data_dir / "secrets").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
    assert first.end(signal.SIGINT) == 0
    assert all_gone(family)

    second = up()
    second.wait_until_ready()
    assert second.secrets == []


@pytest.mark.alone
def test_killing_it_leaves_no_process_and_no_temporary_directory(up, tmp_path):
    deep = tmp_path / ("a" * 60) / ("b" * 60)  # too deep for a socket's path: these lie in the temporary folder then
    running = up(data_dir=deep)
    running.wait_until_ready()
    assert list(tmp_path.glob("bg-*"))
    family = running.family()
    assert len(family) >= 6
    running.end(signal.SIGKILL)
    eventually(lambda: all_gone(family), within=5, what="no process left")
    eventually(lambda: not list(tmp_path.glob("bg-*")), within=5, what="no temporary directory left")

    again = up(data_dir=deep)
    again.wait_until_ready()


@pytest.mark.wide
def test_two_run_beside_each_other_but_not_in_one_data_directory(up, tmp_path):
    one, two = up(data_dir=tmp_path / "one"), up(data_dir=tmp_path / "two")
    one.wait_until_ready()
    two.wait_until_ready()
    intruder = up(data_dir=tmp_path / "one")
    assert intruder.process.wait(timeout=30) == 1
    assert f"Another `make up` (process {one.process.pid})" in intruder.output
    assert httpx.get(f"{one.url}/healthz").status_code == 200
    assert httpx.get(f"{two.url}/healthz").status_code == 200


def test_a_taken_port_is_named_before_anything_is_started(up, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        refused = up(port=port)
        assert refused.process.wait(timeout=30) == 1
    assert f"Port {port} is taken" in refused.output
    assert "Traceback" not in refused.output
    assert not (tmp_path / "var" / "run" / "redis.sock").exists()


@pytest.mark.parametrize(
    ("name", "value"), [("BROWSERGRID_STATIC_TOKENS", "too-short=ann@example.com"), ("BROWSERGRID_SIGNUP", "perhaps")]
)
def test_a_wrong_setting_is_named_before_anything_is_started(up, tmp_path, name, value):
    refused = up(**{name: value})
    assert refused.process.wait(timeout=30) == 1
    assert name in refused.output
    assert "Traceback" not in refused.output
    assert not (tmp_path / "var" / "run" / "redis.sock").exists()


def test_the_options_win_over_the_environment(up, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        refused = up("--port", str(port), "--data-dir", str(tmp_path / "other"))
        assert refused.process.wait(timeout=30) == 1
    assert f"Port {port} is taken" in refused.output
    assert (tmp_path / "other").is_dir()


def test_it_ends_when_the_process_that_started_it_dies(up, tmp_path):
    starting = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(600)"
    environment = os.environ | {
        "BROWSERGRID_PORT": str(free_port()),
        "BROWSERGRID_DATA_DIR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "browsergrid.settings.development",
    }
    command = [sys.executable, "manage.py", "up", "--only", "redis", "node", "--end-with-parent"]
    log = tmp_path / "up.log"
    with log.open("w") as output:
        parent = subprocess.Popen(
            [sys.executable, "-c", starting, *command], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    eventually(lambda: "ready: redis, node" in log.read_text(), within=60, what="readiness")
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(family) >= 3
    parent.kill()
    parent.wait()
    eventually(lambda: all_gone(family), within=30, what="no process left")
