"""The programs that measuring needs: two in C, compiled at run time, and the node peer, installed at run time.

What is measured with them stands in `splice`.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
NODE_MODULES = HERE / ".node"


class MissingProgramError(Exception):
    """Something that measuring needs is not on this machine; the text says what to install."""


def compile_wsbench(into: Path) -> Path:
    """Build echo server and load generator; the folder that holds them."""
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None:
        raise MissingProgramError("no C compiler found: the load generator is C (apt install gcc libc6-dev)")
    for name in ("echo", "load"):
        command = [compiler, "-O2", "-o", str(into / name), str(HERE / "wsbench" / f"{name}.c")]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        if built.returncode:
            raise MissingProgramError(f"{compiler} could not build {name}.c:\n{built.stderr[-2000:]}")
    return into


def install_peer() -> Path:
    """Install node http-proxy as locked into an ignored folder; the path of the proxy's program."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise MissingProgramError(f"{program} not found: the peer is node http-proxy (apt install nodejs npm)")
    NODE_MODULES.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", "proxy.js"):
        shutil.copy(HERE / "peer" / name, NODE_MODULES / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if not is_installed():
        done = subprocess.run(command, cwd=NODE_MODULES, capture_output=True, text=True, check=False)
        if done.returncode:
            raise MissingProgramError(f"npm ci failed:\n{done.stderr[-2000:]}")
    return NODE_MODULES / "proxy.js"


def is_installed() -> bool:
    """Whether the locked version of http-proxy is there already."""
    manifest = NODE_MODULES / "node_modules" / "http-proxy" / "package.json"
    lock = json.loads((HERE / "peer" / "package-lock.json").read_text())
    wanted = lock["packages"]["node_modules/http-proxy"]["version"]
    return manifest.exists() and json.loads(manifest.read_text())["version"] == wanted


def start_pinned(command: list[str], core: int | None, **options: object) -> subprocess.Popen[str]:
    """Start a program on one core only; without a number, anywhere."""
    ours = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})  # what is started inherits it
    try:
        return subprocess.Popen(command, text=True, **options)  # type: ignore[call-overload, no-any-return]
    finally:
        os.sched_setaffinity(0, ours)
