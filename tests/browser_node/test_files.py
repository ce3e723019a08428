"""The files of one browser without a browser: what hostile directories and sites may try, and limits."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from browser_node import files as files_module
from browser_node.files import Files, NotThere, Taken, TooLarge
from browser_node.wire_capture import FileKind

NUMBER = "0f9d3f3e-5a1c-4a0e-9f8e-4d2b6f0a1c11"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("downloads", "uploads"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def files(home: Path) -> Files:
    return Files(home, "/home/browser", limit=1000)


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def content(files: Files, name: str) -> bytes:
    _, pieces = await files.read(name)
    return b"".join([piece async for piece in pieces])


def downloaded(files: Files, home: Path, name: str, body: bytes = b"body", number: str = NUMBER) -> None:
    files.began(number, name, "https://example.com/x?token=abc", "page")
    (home / "downloads" / number).write_bytes(body)
    assert files.progressed(number, len(body), "completed")


async def test_an_upload_is_seen_whole_and_by_its_name(files: Files, home: Path) -> None:
    file = await files.put("photo.png", chunks(b"one", b"two"))
    assert (file.kind, file.bytes, file.path) == (FileKind.UPLOAD, 6, "/home/browser/uploads/photo.png")
    assert (home / "uploads" / "photo.png").read_bytes() == b"onetwo"
    assert (home / "uploads" / "photo.png").stat().st_mode & 0o777 == 0o644
    assert await content(files, "photo.png") == b"onetwo"
    await files.put("photo.png", chunks(b"new"))
    assert [each.bytes for each in files.all()] == [3]


async def test_uploads_have_a_limit_together_and_what_is_too_large_leaves_nothing(files: Files, home: Path) -> None:
    await files.put("a", chunks(b"x" * 600))
    with pytest.raises(TooLarge):
        await files.put("b", chunks(b"x" * 300, b"x" * 300))
    assert os.listdir(home / "uploads") == ["a"]
    await files.put("a", chunks(b"x" * 1000))  # in the place of the first


async def test_downloads_are_told_and_listed_under_names_of_their_own(files: Files, home: Path) -> None:
    told: list[dict[str, Any]] = []
    undo = files.listen(told.append)
    downloaded(files, home, "../report.pdf")
    downloaded(files, home, "report.pdf", number="11111111-aaaa")
    assert [file.name for file in files.all()] == ["report.pdf", "report (1).pdf"]
    assert files.all()[0].url == "https://example.com/x?token=REDACTED"
    assert [(line["name"], line["state"]) for line in told] == [
        ("report.pdf", "started"),
        ("report.pdf", "completed"),
        ("report (1).pdf", "started"),
        ("report (1).pdf", "completed"),
    ]
    assert await content(files, "report.pdf") == b"body"
    undo()
    files.began("22222222-aaaa", "c", "", "")
    assert len(told) == 4
    files.progressed("22222222-aaaa", 10, "canceled")
    assert len(files.all()) == 2
    with pytest.raises(Taken):
        await files.put("report.pdf", chunks(b""))


async def test_a_download_that_grows_too_large_is_to_be_cancelled(files: Files) -> None:
    files.began(NUMBER, "big.iso", "", "")
    assert files.progressed(NUMBER, 1000, "inProgress")
    assert not files.progressed(NUMBER, 1001, "inProgress")


async def test_a_download_that_nobody_remembers_is_to_be_cancelled(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.began(NUMBER, "deleted.iso", "", "")
    await files.delete("deleted.iso")
    assert not files.progressed(NUMBER, 1, "inProgress")
    monkeypatch.setattr(files_module, "_MOST_FILES", 0)
    files.began("11111111-aaaa", "one too many", "", "")
    assert not files.progressed("11111111-aaaa", 1, "inProgress")
    assert files.progressed("11111111-aaaa", 1, "canceled")


async def test_a_download_that_begins_during_an_upload_keeps_its_name(files: Files, home: Path) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"up"
        downloaded(files, home, "report.pdf", b"down")

    with pytest.raises(Taken):
        await files.put("report.pdf", slow())
    assert await content(files, "report.pdf") == b"down"
    assert os.listdir(home / "uploads") == []


@pytest.mark.parametrize("number", ["../../etc/passwd", "", "a/b-cccccc", "..", "x" * 65])
async def test_a_number_that_is_a_path_is_no_number(files: Files, number: str) -> None:
    files.began(number, "x", "", "")
    assert files.all() == []


async def test_links_pipes_and_directories_are_not_read(files: Files, home: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    place = home / "downloads" / NUMBER
    downloaded(files, home, "x")
    for make in (lambda: place.symlink_to(secret), lambda: os.mkfifo(place), place.mkdir):
        place.unlink(missing_ok=True)
        make()
        with pytest.raises(NotThere):
            await files.read("x")
    place.rmdir()


async def test_a_directory_that_became_a_link_is_not_followed(files: Files, home: Path, tmp_path: Path) -> None:
    downloaded(files, home, "x")
    await files.put("y", chunks(b"y"))
    for name in ("downloads", "uploads"):
        (home / name).rename(tmp_path / f"away-{name}")
        (home / name).symlink_to(tmp_path / f"away-{name}")
    with pytest.raises(NotThere):
        await files.read("x")
    with pytest.raises(OSError, match="uploads"):
        await files.put("z", chunks(b"z"))
    assert not (tmp_path / "away-uploads" / "z").exists()


async def test_an_upload_over_a_link_replaces_the_link(files: Files, home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("old")
    (home / "uploads" / "a").symlink_to(outside)
    await files.put("a", chunks(b"new"))
    assert outside.read_text() == "old"
    assert await content(files, "a") == b"new"


async def test_what_is_deleted_is_gone_and_may_be_deleted_again(files: Files, home: Path) -> None:
    downloaded(files, home, "x")
    await files.put("y", chunks(b"y"))
    for name in ("x", "y", "x", "never"):
        await files.delete(name)
    assert files.all() == []
    assert os.listdir(home / "downloads") == os.listdir(home / "uploads") == []


async def test_a_file_that_shrinks_while_it_is_read_breaks_off(files: Files, home: Path) -> None:
    downloaded(files, home, "x", b"0123456789")
    _, pieces = await files.read("x")
    (home / "downloads" / NUMBER).write_bytes(b"")
    with pytest.raises(OSError, match="shorter"):
        [piece async for piece in pieces]
