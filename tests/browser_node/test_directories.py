"""Browsers' directories: nothing outside their root is ever made or deleted."""

import os
import uuid
from pathlib import Path

import pytest

from browser_node.directories import Directories, DirectoryError

NAME = f"{uuid.UUID(int=1)}-1"
HOSTILE = (
    "", ".", "..", "/", "x", "../x", f"../{NAME}", f"{NAME}/..", f"{NAME}/../..", f"/{NAME}", f"{NAME}/", f"./{NAME}",
    NAME + "\0", NAME + "\n", NAME.upper().replace("0", "A"), "~", "$HOME", "*", f"{NAME} ", "%2e%2e", "..\\..", "con",
    "-rf", "－" * 36 + "-1", "0" * 36, "0" * 37 + "-1", "0" * 36 + "-", "0" * 36 + "-x", "0" * 36 + "--1",
)  # fmt: skip


@pytest.fixture
def directories(tmp_path: Path) -> Directories:
    return Directories(tmp_path / "root")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused(directories: Directories, name: str) -> None:
    before = sorted(directories.root.parent.rglob("*"))
    for act in (lambda: directories.make(name, -1), lambda: directories.wipe(name)):
        with pytest.raises(DirectoryError):
            act()
    assert sorted(directories.root.parent.rglob("*")) == before


def test_making_gives_an_empty_directory_for_the_owner_alone(directories: Directories) -> None:
    path = directories.make(NAME, -1)
    (path / "profile" / "x").write_text("x")
    assert directories.make(NAME, -1) == path
    assert sorted(each.name for each in path.iterdir()) == ["downloads", "profile", "uploads"]
    assert list((path / "profile").iterdir()) == []
    assert path.stat().st_mode & 0o777 == 0o700


def test_wiping_does_not_follow_links(directories: Directories, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "kept").write_text("x")
    path = directories.make(NAME, -1)
    (path / "profile" / "inner").symlink_to(precious)
    directories.wipe(NAME)
    assert (precious / "kept").exists()
    path.symlink_to(precious)
    with pytest.raises(DirectoryError, match="symbolic link"):
        directories.wipe(NAME)
    assert (precious / "kept").exists()


def test_wiping_what_is_gone_is_a_success(directories: Directories) -> None:
    directories.wipe(NAME)


def test_wiping_takes_what_a_browser_has_locked_away(directories: Directories) -> None:
    path = directories.make(NAME, -1)
    closed = path / "profile" / "closed"
    closed.mkdir()
    (closed / "file").write_text("x")
    (closed / "deeper").mkdir()
    closed.chmod(0o000)
    directories.wipe(NAME)
    assert not path.exists()


def test_only_what_has_a_browsers_name_is_a_browsers_directory(directories: Directories) -> None:
    directories.make(NAME, -1)
    (directories.root / "README").write_text("x")
    assert directories.names() == [NAME]


def test_one_root_belongs_to_one_node(directories: Directories) -> None:
    with pytest.raises(DirectoryError, match="another node uses"):
        Directories(directories.root)
    directories.close()
    Directories(directories.root).close()


def test_a_root_behind_a_link_is_the_directory_it_means(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    directories = Directories(tmp_path / "link")
    assert directories.root == Path(os.path.realpath(tmp_path / "real"))
    assert directories.make(NAME, -1).exists()
