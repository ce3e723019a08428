"""Commands about people that take their time, asked again and again as a side channel does."""

from collections.abc import Mapping
from typing import Any

import pytest

from apps.access.permissions import Level
from apps.accounts.models import User
from apps.gateway.live_methods import FINISHED, STARTED
from apps.gateway.methods import Pending, answer
from apps.sessions.models import BrowserSession
from apps.sessions.sharing import share_session
from apps.sessions.takeover import hand_back, take_control
from tests.factories.people import actor_for, make_user
from tests.factories.sessions import make_claimed_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def session(db: None) -> BrowserSession:
    return make_claimed_session(make_user())


def owner(session: BrowserSession) -> User:
    assert session.owner is not None
    return session.owner


def look(told: Mapping[str, Any] | Pending) -> Mapping[str, Any] | Pending:
    assert isinstance(told, Pending)
    return told.look()


def events(told: Mapping[str, Any] | Pending) -> list[tuple[str, Any]]:
    assert isinstance(told, Pending)
    return [(name, said["by"]) for name, said in told.events]


def test_the_automation_waits_on_where_somebody_takes_control_from_somebody_else(session: BrowserSession) -> None:
    friend = make_user()
    share_session(session, actor=actor_for(owner(session)), to=friend.email, level=Level.MANAGE)
    told = answer("BrowserGrid.requestTakeover", actor_for(owner(session)), session.pk, {})
    take_control(session, actor=actor_for(owner(session)))
    told = look(told)
    assert events(told) == [(STARTED, owner(session).public_id)]
    take_control(session, actor=actor_for(friend), from_others=True)
    told = look(told)
    assert events(told) == [(STARTED, friend.public_id)]
    assert events(look(told)) == []
    hand_back(session, actor=actor_for(friend))
    told = look(told)
    assert events(told) == [(FINISHED, friend.public_id)]
    result = look(told)
    assert not isinstance(result, Pending)
    assert result["ending"] == "handed_back"
