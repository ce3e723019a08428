"""The directories that browsers keep their files in: made, found, wiped; never anything outside their root.

Names are instance ids, which the server made; anything else is refused. Nothing here follows a symbolic link.
"""

import fcntl
import os
import shutil
from pathlib import Path

from browser_node.wire import is_instance_id


class DirectoryError(Exception):
    """A name or a place that must not be touched, or another node that uses the same directory."""


class Directories:
    """All browsers' directories below one root that belongs to this process alone."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.root = Path(os.path.realpath(root))
        self._lock = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise DirectoryError(f"another node uses {self.root}; give this one a directory of its own") from error

    def close(self) -> None:
        os.close(self._lock)

    def make(self, name: str, uid: int) -> Path:
        """An empty directory; what stood there is wiped. `uid` is -1 for our own."""
        self.wipe(name)
        path = self._place(name)
        path.mkdir(mode=0o700)
        for each in (path, path / "profile", path / "downloads", path / "uploads"):
            if each != path:
                each.mkdir(mode=0o700)
            if uid >= 0:
                os.chown(each, uid, uid, follow_symlinks=False)
        return path

    def wipe(self, name: str) -> None:
        """Already gone is a success. Raises DirectoryError."""
        path = self._place(name)
        if path.is_symlink():
            raise DirectoryError(f"{path} is a symbolic link")
        if not os.path.lexists(path):
            return
        if os.path.realpath(path.parent) != str(self.root):
            raise DirectoryError(f"{path} is not below {self.root}")
        if not shutil.rmtree.avoids_symlink_attacks:
            raise DirectoryError("this platform cannot delete a directory without following links")
        shutil.rmtree(path, onerror=_retry_once)

    def names(self) -> list[str]:
        """Of all browsers that have a directory here."""
        return [entry.name for entry in os.scandir(self.root) if is_instance_id(entry.name)]

    def _place(self, name: str) -> Path:
        if not is_instance_id(name):
            raise DirectoryError("that is not the name of a browser's directory")
        return self.root / name


def _retry_once(function: object, path: str, error: object) -> None:
    """A browser may have taken its own rights away from a directory; root needs none, others get them back."""
    if os.path.islink(path) or not os.path.lexists(path):
        return
    parent = os.path.dirname(path)
    os.chmod(parent, 0o700)
    if os.path.isdir(path):
        os.chmod(path, 0o700)
        shutil.rmtree(path)
    else:
        os.unlink(path)
