"""Which Chromium this machine has, and its version."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Debian's /usr/bin/chromium is a script that adds switches of its own, so the program behind it comes first.
_PLACES = ("/usr/lib/chromium/chromium", "/usr/lib/chromium-browser/chromium-browser", "/opt/google/chrome/chrome")
_NAMES = ("chromium", "google-chrome", "chrome", "google-chrome-stable", "chromium-browser")
_VERSION = re.compile(r"\b(\d{2,4})\.\d+\.\d+\.\d+\b")
_VERSION_SECONDS = 20.0


class ChromiumMissing(Exception):
    """No Chromium was found, or it does not run; says where we looked."""


@dataclass(frozen=True, slots=True)
class Chromium:
    path: Path
    version: str

    @property
    def major_version(self) -> int:
        match = _VERSION.search(self.version)
        return int(match[1]) if match else 0


def find_chromium(configured: str = "") -> Path:
    """Raises ChromiumMissing."""
    if configured:
        found = shutil.which(configured)
        if found is None:
            raise ChromiumMissing(f"BROWSERGRID_NODE_CHROMIUM names {configured}, which is no program")
        return Path(os.path.realpath(found))
    for candidate in (_PLACES[0], *_NAMES[:3], *_PLACES[1:], *_NAMES[3:]):
        found = shutil.which(candidate)
        if found is not None:
            return _behind(Path(os.path.realpath(found)))
    raise ChromiumMissing(
        "no Chromium was found (looked for /usr/lib/chromium/chromium, chromium, google-chrome and chrome); install it "
        "(apt-get install chromium) or name it with BROWSERGRID_NODE_CHROMIUM"
    )


def read_version(path: Path) -> Chromium:
    """Raises ChromiumMissing."""
    try:
        result = subprocess.run(  # noqa: S603 - the operator's own browser
            [str(path), "--version"],
            capture_output=True,
            text=True,
            timeout=_VERSION_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ChromiumMissing(f"{path} --version failed: {error}") from error
    return Chromium(path, result.stdout.strip())


def _behind(path: Path) -> Path:
    """The program beside a start script such as /opt/google/chrome/google-chrome."""
    with path.open("rb") as file:
        if file.read(2) != b"#!":
            return path
    for name in ("chrome", "chromium", "chromium-browser"):
        beside = path.with_name(name)
        if beside != path and os.access(beside, os.X_OK) and beside.is_file():
            return beside
    return path
