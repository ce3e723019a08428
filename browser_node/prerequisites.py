"""Whether this machine can run browsers behind walls, and if not, what to do about it.

`check` tries the real thing (keeper, bubblewrap, a nested user namespace as Chromium's own sandbox makes one), because
no list of settings tells it for every kernel and container. The node asks at start, `manage.py doctor` at any time.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from browser_node.chromium import Chromium, ChromiumMissing, find_chromium, read_version
from browser_node.jail import Confinement, Jail, JailError

FIRST_UID = 61000
_PROBE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """What was found. Browsers can be run when there are no problems."""

    chromium: Chromium | None
    bubblewrap: str
    can_limit_size: bool
    problems: tuple[str, ...]
    sandbox_works: bool


def check(configured_chromium: str = "") -> Prerequisites:
    """Takes about a tenth of a second; must not be called from a running event loop."""
    return asyncio.run(look(configured_chromium))


async def look(configured_chromium: str = "") -> Prerequisites:
    """`check` for callers with an event loop."""
    problems: list[str] = []
    chromium: Chromium | None = None
    try:
        chromium = await asyncio.to_thread(_chromium, configured_chromium)
    except ChromiumMissing as missing:
        problems.append(str(missing))
    bubblewrap = shutil.which("bwrap") or ""
    if not bubblewrap:
        problems.append("bubblewrap was not found; install it (apt-get install bubblewrap)")
        return Prerequisites(chromium, "", can_limit_size=False, problems=tuple(problems), sandbox_works=False)
    can_limit_size = await asyncio.to_thread(_can_limit_size, bubblewrap)
    trouble = await _try_sandbox(bubblewrap, can_limit_size=can_limit_size)
    if trouble:
        problems.append(trouble)
    return Prerequisites(chromium, bubblewrap, can_limit_size, tuple(problems), sandbox_works=not trouble)


def uid_for(slot: int) -> int:
    """The uid of the browser in this slot; -1 where we are not root and all share ours."""
    return FIRST_UID + slot if os.getuid() == 0 else -1


def _chromium(configured: str) -> Chromium:
    return read_version(find_chromium(configured))


def _can_limit_size(bubblewrap: str) -> bool:
    result = subprocess.run([bubblewrap, "--help"], capture_output=True, text=True, check=False)  # noqa: S603
    return "--size BYTES" in result.stdout


async def _try_sandbox(bubblewrap: str, *, can_limit_size: bool) -> str:
    """Empty when it works; else what to tell the operator."""
    unshare = shutil.which("unshare")
    probe = (unshare, "--user", "--map-root-user", "--pid", "--net", "--fork", "/usr/bin/true") if unshare else ()
    program, *arguments = probe or ("/usr/bin/true",)
    with tempfile.TemporaryDirectory(prefix="browsergrid-probe-") as home:
        uid = uid_for(0)
        if uid >= 0:
            os.chown(home, uid, uid)
        confinement = Confinement(
            home=Path(home),
            uid=uid,
            binary=Path(program),
            arguments=tuple(arguments),
            environment=(),
            policies={},
            bubblewrap=bubblewrap,
            can_limit_size=can_limit_size,
        )
        try:
            jail, listener = await Jail.start(confinement)
        except JailError as error:
            return _advice(str(error))
        listener.close()
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                ended = await asyncio.shield(jail.exited)
        except TimeoutError:
            return _advice("it did not end in time")
        finally:
            await jail.kill()
        return "" if ended.code == 0 else _advice(ended.told)


def _advice(trouble: str) -> str:
    """The likely switch, by what the kernel says of itself."""
    lines = [f"the sandbox for browsers does not work here: {trouble}."]
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        lines.append("Allow user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0.")
    elif _setting("kernel/unprivileged_userns_clone") == "0":
        lines.append("Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1.")
    elif _setting("user/max_user_namespaces") == "0":
        lines.append("Allow user namespaces: sysctl user.max_user_namespaces=15000.")
    elif _in_chroot():
        lines.append("This process runs in a chroot, where the kernel forbids user namespaces.")
    else:
        lines.append(
            "In a container, allow user namespaces: for Docker --security-opt seccomp=unconfined --security-opt "
            "apparmor=unconfined --security-opt systempaths=unconfined."
        )
    lines.append("BROWSERGRID_ALLOW_NO_SANDBOX=1 runs browsers without walls, for pages that you trust.")
    return " ".join(lines)


def _in_chroot() -> bool:
    """Whether our root is another than that of process 1; only root may ask."""
    try:
        return not os.path.samefile("/", "/proc/1/root/.")
    except OSError:
        return False


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""
