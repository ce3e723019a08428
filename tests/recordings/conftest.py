"""A storage of each test's own, and a node that has captured what the test says."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.recordings.stub import StubNode, stubbed
from tests.support.recorded import keep_in


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Settings) -> Path:
    """The folder that recorded bytes lie in."""
    folder = tmp_path / "recordings"
    keep_in(folder, settings)
    return folder


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> StubNode:
    """What `apps.nodes.captures` and `apps.nodes.files` talk to."""
    return stubbed(monkeypatch)
