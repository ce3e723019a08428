"""A storage of each test's own, and a node that has captured what the test says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from tests.recordings.stub import StubNode, stubbed


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings) -> Iterator[Path]:  # type: ignore[no-untyped-def]
    """The folder that recorded bytes lie in."""
    folder = tmp_path / "recordings"
    options = {"location": folder, "allow_overwrite": True}
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    with override_settings(STORAGES={**settings.STORAGES, "recordings": storage}):
        yield folder


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> StubNode:
    """What `apps.nodes.captures` and `apps.nodes.files` talk to."""
    return stubbed(monkeypatch)
