"""Shares of pools and sessions over the API, and the transfer of a session."""

import pytest

from apps.api.v1.session_more import Story
from apps.sessions.models import Ticket
from apps.sessions.sharing import unshare_session
from tests.factories.people import actor_for
from tests.factories.pools import ensure_default_pool, make_pool
from tests.factories.sessions import make_claimed_session
from tests.factories.teams import make_team, share

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ben(make_user):
    return make_user("ben@example.com")


@pytest.fixture
def bens(calls_as, ben):
    return calls_as(ben)


@pytest.fixture(params=["sessions", "pools"])
def path(request, user):
    thing = make_claimed_session(user, keep_alive=True) if request.param == "sessions" else make_pool(user)
    return f"/api/v1/{request.param}/{thing.public_id}"


def test_what_is_shared_is_seen_and_no_more_than_its_level_is_allowed(path, caller, bens):
    assert bens.get(path).status_code == 404
    assert bens.patch(path, {"name": "x"}).status_code == 404
    given = caller.post(f"{path}/shares", {"to": "Ben@example.com", "level": "view"})
    assert given.status_code == 201
    assert bens.get(path).status_code == 200
    assert path.rpartition("/")[2] in bens.get(path.rpartition("/")[0]).content.decode()
    refused = bens.patch(path, {"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert caller.post(f"{path}/shares", {"to": "ben@example.com", "level": "manage"}).status_code == 201
    assert bens.patch(path, {"name": "theirs"}).json()["name"] == "theirs"
    assert bens.get(f"{path}/shares").status_code == 403
    assert bens.post(f"{path}/shares", {"to": "eve@example.com", "level": "view"}).status_code == 403
    assert [row["level"] for row in caller.get(f"{path}/shares").json()["results"]] == ["manage"]
    assert caller.delete(f"{path}/shares/{given.json()['id']}").status_code == 204
    assert bens.get(path).status_code == 404


def test_an_unknown_address_is_answered_and_listed_like_a_known_one(path, caller, ben):
    known = caller.post(f"{path}/shares", {"to": "ben@example.com", "level": "use"})
    unknown = caller.post(f"{path}/shares", {"to": "eve@example.com", "level": "use"})
    assert known.status_code == unknown.status_code == 201

    def shape(body):
        return {name: value for name, value in body.items() if name not in {"id", "to", "created_at"}}

    assert shape(known.json()) == shape(unknown.json())
    listed = caller.get(f"{path}/shares").json()["results"]
    assert [row["to"] for row in listed] == ["ben@example.com", "eve@example.com"]
    assert shape(listed[0]) == shape(listed[1])
    assert caller.delete(f"{path}/shares/{unknown.json()['id']}").status_code == 204


def test_a_share_with_a_team_is_its_members_for_as_long_as_they_are_in(path, caller, user, ben, bens):
    team = make_team(user, ben)
    assert caller.post(f"{path}/shares", {"to": team.public_id, "level": "use"}).json()["team"] == "Crawlers"
    assert bens.get(path).status_code == 200
    assert caller.delete(f"/api/v1/teams/{team.public_id}/members/{ben.public_id}").status_code == 204
    assert bens.get(path).status_code == 404


def test_one_shares_only_with_teams_that_one_is_in(path, caller, ben, make_user):
    theirs = make_team(ben)
    refused = caller.post(f"{path}/shares", {"to": theirs.public_id, "level": "use"})
    absent = caller.post(f"{path}/shares", {"to": theirs.public_id[:-1] + "0", "level": "use"})
    assert refused.status_code == absent.status_code == 422
    assert refused.json() == absent.json()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"to": "ben@example.com"},
        {"to": "ben@example.com", "level": "own"},
        {"to": "", "level": "use"},
        {"to": 1, "level": "use"},
        {"to": "ben", "level": "use"},
        {"to": "ada@example.com", "level": "use"},
        {"to": "a\x00@b.c", "level": "use"},
        {"to": "ben@example.com", "level": ["use"]},
        {"to": "ben@example.com", "level": "use", "person": "x"},
    ],
)
def test_a_share_that_cannot_be_given_is_422(path, caller, body):
    assert caller.post(f"{path}/shares", body).status_code == 422


def test_a_share_of_something_else_cannot_be_withdrawn_here(path, caller, user):
    other = make_pool(user, "other")
    foreign = share(other, "eve@example.com")
    assert caller.delete(f"{path}/shares/{foreign}").status_code == 404


def test_a_system_pool_is_not_shared(calls_as, make_user):
    pool = ensure_default_pool()
    refused = calls_as(make_user(staff=True)).post(
        f"/api/v1/pools/{pool.public_id}/shares", {"to": "a@example.com", "level": "use"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "system_pool")


def test_the_address_to_connect_is_only_for_those_who_may(user, ben, bens, caller):
    session = make_claimed_session(user, keep_alive=True)
    path = f"/api/v1/sessions/{session.public_id}"
    share(session, ben, "view")
    assert bens.get(path).json()["connect_url"] is None
    assert bens.post(f"{path}/host-root").status_code == 403
    share(session, ben, "use")
    assert "?ticket=" in bens.get(path).json()["connect_url"]
    assert bens.get(path).json()["pool"]["id"] is None


def test_a_shared_pool_is_claimed_from_by_id_and_name_with_use(user, ben, bens):
    pool = make_pool(user, "warm-ones", max=2)
    share(pool, ben, "view")
    assert bens.post("/api/v1/sessions", {"pool": pool.public_id}).status_code == 403
    assert bens.post("/api/v1/sessions", {"pool": "warm-ones"}).status_code == 404
    share(pool, ben, "use")
    claimed = bens.post("/api/v1/sessions", {"pool": "warm-ones"})
    assert claimed.status_code == 202
    assert claimed.json()["owner"] == ben.public_id
    assert claimed.json()["pool"]["id"] == pool.public_id
    assert bens.post(f"/api/v1/pools/{pool.public_id}/claim").status_code == 202


def test_a_transfer_gives_the_session_away_and_its_addresses_die(user, ben, caller, bens):
    make_team(user, ben)
    session = make_claimed_session(user, keep_alive=True)
    path = f"/api/v1/sessions/{session.public_id}"
    assert "?ticket=" in caller.get(path).json()["connect_url"]
    moved = caller.post(f"{path}/transfer", {"to": "ben@example.com"})
    assert (moved.status_code, moved.json()["owner"]) == (200, ben.public_id)
    assert not Ticket.objects.filter(session=session, revoked_at__isnull=True).exists()
    assert caller.get(path).status_code == 404
    assert bens.get(path).json()["connect_url"] is not None
    told = [row["type"] for row in bens.get(f"{path}/events").json()["results"]]
    assert told[-1] == "session.transferred"


def test_a_transfer_to_a_stranger_and_to_nobody_are_refused_alike(user, ben, caller):
    path = f"/api/v1/sessions/{make_claimed_session(user, keep_alive=True).public_id}/transfer"
    answers = [
        caller.post(path, {"to": to}).json() for to in ("ben@example.com", "eve@example.com", ben.public_id, "usr_x")
    ]
    assert answers[0]["code"] == "not_a_team_mate"
    assert all(answer == answers[0] for answer in answers)


def test_a_share_never_allows_to_transfer(user, ben, bens):
    make_team(user, ben)
    session = make_claimed_session(user, keep_alive=True)
    share(session, ben, "manage")
    assert bens.post(f"/api/v1/sessions/{session.public_id}/transfer", {"to": "ben@example.com"}).status_code == 403


def test_a_story_that_streams_ends_when_its_share_does(user, ben):
    session = make_claimed_session(user)
    given = share(session, ben, "view")
    story = Story(actor_for(ben), session, 0)
    assert story.is_allowed()
    unshare_session(session, given, actor=actor_for(user))
    assert not story.is_allowed()
