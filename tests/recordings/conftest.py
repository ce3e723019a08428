"""A storage of each test's own, and a node that has captured what the test says."""

from pathlib import Path

import pytest
from pytest_django import Settings

from apps.access.actor import Actor
from apps.sessions.models import BrowserSession
from tests.factories.people import actor_for, make_user
from tests.factories.sessions import make_claimed_session
from tests.recordings.stub import StubNode, on_a_node, stubbed
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


@pytest.fixture
def session(db: None) -> BrowserSession:
    """Claimed, on a node that `node` may stand for, and alive without a client."""
    return on_a_node(make_claimed_session(make_user(), keep_alive=True))


@pytest.fixture
def owner(session: BrowserSession) -> Actor:
    assert session.owner is not None
    return actor_for(session.owner)
