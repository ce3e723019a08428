"""What can be changed on a session's page, and how a refusal stands beside its field."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

SignIn = Callable[[User], Client]
PARTIAL = {"HX-Request": "true"}
NAUGHTY = ["7", "a.b", 'qu"ote', "back\\slash", "$", "é", "<b>", "'", "__proto__", "🙂", "%s"]


@pytest.fixture
def session(default_pool: Pool, ann: User, claimed_session: Callable[..., BrowserSession]) -> BrowserSession:
    return claimed_session(ann, keep_alive=True, metadata={"order": "41"})


@pytest.fixture
def client(ann: User, sign_in: SignIn) -> Client:
    return sign_in(ann)


def pairs(*typed: tuple[str, str], name: str = "") -> dict[str, object]:
    return {"name": name, "metadata_key": [key for key, _ in typed], "metadata_value": [text for _, text in typed]}


@pytest.mark.database
@pytest.mark.parametrize("key", NAUGHTY)
def test_name_and_metadata_are_saved_as_typed(key: str, client: Client, session: BrowserSession) -> None:
    answer = client.post(f"/sessions/{session.public_id}/change/", pairs((key, " 42 "), ("", "lost"), name=" night "))
    assert answer["Location"] == f"/sessions/{session.public_id}/"
    session.refresh_from_db()
    assert (session.name, session.metadata) == ("night", {key: " 42 "})


@pytest.mark.parametrize("headers", [{}, PARTIAL])
@pytest.mark.parametrize(
    "typed",
    [
        pairs(("a", "1"), ("a", "2")),
        pairs(("a\x00", "1")),
        pairs(("k" * 61, "1")),
        pairs(("a", "x" * 501)),
        pairs(*[(f"k{number}", "1") for number in range(51)]),
        pairs(name="x" * 121),
    ],
    ids=["twice", "nul", "long key", "long value", "too many", "long name"],
)
def test_a_refusal_keeps_what_was_typed(
    typed: dict[str, object], headers: dict[str, str], client: Client, session: BrowserSession
) -> None:
    answer = client.post(f"/sessions/{session.public_id}/change/", typed, headers=headers)
    assert answer.status_code == (200 if headers else 422)
    assert 'class="errors"' in answer.content.decode()
    session.refresh_from_db()
    assert session.metadata == {"order": "41"}


def test_its_life_is_extended_up_to_the_pools_longest(client: Client, session: BrowserSession) -> None:
    BrowserSession.objects.filter(pk=session.pk).update(expires_at=session.claimed_at + timedelta(minutes=5))
    answer = client.post(f"/sessions/{session.public_id}/extend/", {"more": "900"}, headers=PARTIAL)
    assert "Extended by" in answer["HX-Trigger"]
    answer = client.post(f"/sessions/{session.public_id}/extend/", {"more": "longest"}, headers=PARTIAL)
    session.refresh_from_db()
    assert session.expires_at == session.claimed_at + timedelta(minutes=session.pool.timeout_minutes)
    answer = client.post(f"/sessions/{session.public_id}/extend/", {"more": "3600"}, headers=PARTIAL)
    assert "as long as its pool lets it" in answer["HX-Trigger"]


def test_keep_alive_is_given_up_only_with_a_client(client: Client, session: BrowserSession) -> None:
    answer = client.post(f"/sessions/{session.public_id}/keep-alive/", {"keep_alive": "false"}, headers=PARTIAL)
    assert "without a client" in answer["HX-Trigger"]
    session.refresh_from_db()
    assert session.keep_alive


def test_keep_alive_is_asked_for_at_any_time(
    client: Client, ann: User, claimed_session: Callable[..., BrowserSession], default_pool: Pool
) -> None:
    session = claimed_session(ann, keep_alive=False)
    client.post(f"/sessions/{session.public_id}/keep-alive/", {"keep_alive": "true"})
    session.refresh_from_db()
    assert session.keep_alive
    assert session.connect_deadline is None


def test_what_has_ended_is_changed_no_more(
    client: Client, ann: User, session: BrowserSession, actor_for: Callable[..., Actor], ended_session: Callable
) -> None:
    ended_session(session, actor=actor_for(ann))
    for path in ("change", "extend"):
        answer = client.post(f"/sessions/{session.public_id}/{path}/", {"more": "900"}, headers=PARTIAL)
        assert answer.status_code == 409
        assert "can be changed any more" in answer["HX-Trigger"]
