"""Whether this machine can run browsers."""

import os
from pathlib import Path

import pytest

from browser_node import prerequisites
from browser_node.chromium import ChromiumMissing, find_chromium, read_version

pytestmark = pytest.mark.browser


def test_here_everything_works() -> None:
    found = prerequisites.check()
    assert found.problems == ()
    assert found.sandbox_works
    assert found.chromium is not None
    assert found.chromium.major_version > 100


def test_what_is_missing_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    found = prerequisites.check("/nonexistent/chromium")
    assert not found.sandbox_works
    assert found.chromium is None
    text = " ".join(found.problems)
    assert "apt-get install bubblewrap" in text
    assert "BROWSERGRID_NODE_CHROMIUM" in text


def test_a_sandbox_that_does_not_work_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n")
    broken.chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = prerequisites.check()
    assert not found.sandbox_works
    (problem,) = found.problems
    assert "BROWSERGRID_ALLOW_NO_SANDBOX=1" in problem


def test_uids_are_one_for_each_slot_as_root_and_ours_otherwise() -> None:
    if os.getuid() == 0:
        assert [prerequisites.uid_for(slot) for slot in (0, 1)] == [61000, 61001]
    else:
        assert prerequisites.uid_for(0) == -1


def test_a_start_script_is_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("google-chrome", "#!/bin/sh\n"), ("chrome", "\x7fELF")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("browser_node.chromium._PLACES", ("/nonexistent/a", "/nonexistent/b", "/nonexistent/c"))
    assert find_chromium() == tmp_path / "chrome"
    assert find_chromium("google-chrome") == tmp_path / "google-chrome"
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ChromiumMissing, match="apt-get install chromium"):
        find_chromium()


def test_a_program_that_does_not_run_is_no_chromium() -> None:
    with pytest.raises(ChromiumMissing):
        read_version(Path("/bin/false"))
