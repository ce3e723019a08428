"""Pools over the API: own ones within limits, the system's for staff."""

import pytest

from apps.sessions.models import BrowserSession

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def staff(calls_as, make_user):
    return calls_as(make_user("root@example.com", staff=True))


def test_a_pool_is_made_changed_and_deleted(caller, user, default_pool):
    made = caller.post("/api/v1/pools", {"name": "mine", "min": 0, "max": 2, "viewport": {"width": 800, "height": 600}})
    assert made.status_code == 201
    body = made.json()
    assert made["Location"] == f"/api/v1/pools/{body['id']}"
    assert (body["owner"], body["is_system"], body["viewport"]) == (
        user.public_id,
        False,
        {"width": 800, "height": 600},
    )
    path = f"/api/v1/pools/{body['id']}"
    changed = caller.patch(path, {"min": 1, "launch": {"locale": "de-DE"}, "labels": {"team": "a"}}).json()
    assert (changed["min"], changed["launch"], changed["labels"]) == (1, {"locale": "de-DE"}, {"team": "a"})
    assert [row["id"] for row in caller.get("/api/v1/pools").json()["results"]] == [body["id"]]
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"min": "1"}, "min"),
        ({"min": True}, "min"),
        ({"min": 3, "max": 1}, "min"),
        ({"max": 0}, "max"),
        ({"max": 6}, "max"),
        ({"min": -1}, "min"),
        ({"timeout_minutes": 0}, "timeout_minutes"),
        ({"launch": {"args": ["--no-sandbox"]}}, "launch"),
        ({"launch": {"proxy": "http://a:b@c:1"}}, "launch"),
        ({"launch": []}, "launch"),
        ({"viewport": {"width": 1}}, "viewport"),
        ({"viewport": None}, "viewport"),
        ({"labels": {"a": 1}}, "labels"),
        ({"colour": "red"}, "colour"),
        ({"owner": "usr_x"}, "owner"),
        ({"is_default": True}, "is_default"),
        ({"provider": "nowhere"}, "provider"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"idle_policy": "sleep"}, "idle_policy"),
        ({"min": 10**20}, "min"),
    ],
)
def test_a_wrong_field_is_422_and_named(caller, default_pool, fields, named):
    response = caller.post("/api/v1/pools", {"name": "mine", "min": 0, "max": 2, **fields})
    assert response.status_code == 422, response.content
    assert named in [entry["field"] for entry in response.json()["errors"]]


def test_an_ordinary_user_may_have_two_pools(caller, default_pool):
    for name in ("a", "b"):
        assert caller.post("/api/v1/pools", {"name": name, "min": 0, "max": 1}).status_code == 201
    assert caller.post("/api/v1/pools", {"name": "c", "min": 0, "max": 1}).status_code == 422


def test_system_pools_are_made_and_seen_by_staff_alone(caller, staff, default_pool):
    refused = caller.post("/api/v1/pools", {"name": "s", "is_system": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")
    made = staff.post("/api/v1/pools", {"name": "s", "min": 0, "max": 9, "is_system": True}).json()
    assert (made["owner"], made["is_system"]) == (None, True)
    assert caller.get(f"/api/v1/pools/{made['id']}").status_code == 404
    assert caller.get(f"/api/v1/pools/{default_pool.public_id}/stats").status_code == 404
    assert {row["name"] for row in staff.get("/api/v1/pools").json()["results"]} == {"s", "default"}
    assert staff.delete(f"/api/v1/pools/{default_pool.public_id}").status_code == 409


def test_a_pool_is_claimed_by_name_or_by_an_id_that_one_sees(caller, default_pool, make_pool, user):
    own = make_pool(user)
    assert caller.post("/api/v1/pools/default/claim", {}).json()["pool"] == {"id": None, "name": "default"}
    assert caller.post(f"/api/v1/pools/{own.public_id}/claim").json()["pool"]["id"] == own.public_id
    assert caller.post(f"/api/v1/pools/{default_pool.public_id}/claim", {}).status_code == 404
    assert caller.post("/api/v1/pools/default/claim", {"pool": "mine"}).status_code == 422
    assert caller.get("/api/v1/pools/default/claim").status_code == 405


def test_a_drained_pool_takes_no_claims_until_the_drain_ends(caller, user, make_pool):
    path = f"/api/v1/pools/{make_pool(user).public_id}"
    assert caller.post(f"{path}/drain").json()["paused_at"] is not None
    first = caller.get(path).json()["paused_at"]
    assert caller.post(f"{path}/drain").json()["paused_at"] == first
    assert caller.post(f"{path}/claim").status_code == 503
    assert caller.delete(f"{path}/drain").json()["paused_at"] is None
    assert caller.post(f"{path}/claim").status_code == 202


def test_a_flush_ends_what_is_warm_and_spares_what_is_used(caller, user, make_pool, ready_session, claimed_session):
    pool = make_pool(user)
    used, warm = claimed_session(user, pool), ready_session(pool)
    assert caller.post(f"/api/v1/pools/{pool.public_id}/flush").json() == {"flushed": 1}
    assert BrowserSession.objects.get(pk=warm.pk).end_reason == "pool_rotated"
    assert BrowserSession.objects.get(pk=used.pk).stop_requested_at is None


def test_the_statistics_count_by_state(caller, user, make_pool, ready_session, claimed_session):
    pool = make_pool(user)
    claimed_session(user, pool)
    ready_session(pool)
    body = caller.get(f"/api/v1/pools/{pool.public_id}/stats").json()
    assert (body["ready"], body["claimed"], body["queued"], body["claims"]) == (1, 1, 0, 1)
    assert body["claim_p50_seconds"] == body["claim_p99_seconds"] == 0.0
