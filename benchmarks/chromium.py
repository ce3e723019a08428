"""Bare Chromium with its own DevTools port: what the product is compared with."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from benchmarks.programs import MissingProgramError
from browser_node.chromium import ChromiumMissing, find_chromium, read_version
from browser_node.launch import Ports, chromium_arguments
from browser_node.wire import LaunchOptions

START_SECONDS = 30.0


@contextlib.contextmanager
def running_chromium() -> Iterator[str]:
    """The DevTools address of a Chromium with the product's switches, but no sandbox and no egress proxy."""
    try:
        program = read_version(find_chromium(os.environ.get("BROWSERGRID_NODE_CHROMIUM", "")))
    except ChromiumMissing as error:
        raise MissingProgramError(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="browsergrid-bench-", ignore_cleanup_errors=True) as home:
        arguments = chromium_arguments(
            LaunchOptions(),
            major_version=program.major_version,
            ports=Ports(devtools=0, proxy=1),
            home=home,
            sandboxed=False,
        )
        dropped = ("--proxy-", "--no-startup-window")
        arguments = [each for each in arguments if not each.startswith(dropped)]
        command = [str(program.path), *arguments, "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield _devtools_address(Path(home) / "profile" / "DevToolsActivePort", process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _devtools_address(port_file: Path, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, IndexError, ValueError):
            address = f"http://127.0.0.1:{int(port_file.read_text().splitlines()[0])}"
            with urlopen(f"{address}/json/version", timeout=2) as answer:
                json.load(answer)
            return address
        time.sleep(0.05)
    raise MissingProgramError("Chromium did not open its DevTools port")
