"""API tokens over the API, and who the caller is."""

import pytest

from apps.access.permissions import Scope

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_the_secret_is_in_the_answer_to_post_and_nowhere_else(caller, calls_as, user):
    made = caller.post("/api/v1/tokens", {"name": "crawler", "scopes": ["sessions:read"]})
    assert made.status_code == 201
    secret = made.json()["token"]
    assert secret.startswith("bg_")
    assert secret not in caller.get("/api/v1/tokens").content.decode()
    assert secret not in caller.get(made["Location"]).content.decode()
    from tests.api.caller import Caller

    assert Caller(secret).get("/api/v1/sessions").status_code == 200


def test_a_token_makes_none_that_is_stronger_than_itself(calls_as, user):
    weak = calls_as(user, scopes=[Scope.TOKENS_WRITE])
    assert weak.post("/api/v1/tokens", {"name": "x", "scopes": ["sessions:write"]}).status_code == 403
    assert weak.post("/api/v1/tokens", {"name": "x"}).json()["scopes"] == ["tokens:write"]


def test_a_revoked_token_stops_at_once_and_may_be_revoked_again(caller, user):
    from tests.api.caller import Caller

    made = caller.post("/api/v1/tokens", {"name": "x"})
    other = Caller(made.json()["token"])
    assert other.get("/api/v1/me").status_code == 200
    assert caller.delete(made["Location"]).status_code == 204
    assert caller.delete(made["Location"]).status_code == 204
    assert other.get("/api/v1/me").status_code == 401


def test_a_token_can_be_renamed_and_nothing_else(caller):
    path = caller.post("/api/v1/tokens", {"name": "x"})["Location"]
    assert caller.patch(path, {"name": "y"}).json()["name"] == "y"
    assert caller.patch(path, {"scopes": None}).status_code == 422
    assert caller.patch(path, {"name": " "}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": 1},
        {"name": "x", "scopes": ["all"]},
        {"name": "x", "scopes": "sessions:read"},
        {"name": "x", "expires_at": "tomorrow"},
        {"name": "x", "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "expires_at": "2030-01-01T00:00:00"},
        {"name": "x", "expires_at": "9999-12-31T23:59:59-01:00"},
        {"name": "x", "owner": "usr_x"},
    ],
)
def test_a_wrong_field_is_422(caller, body):
    assert caller.post("/api/v1/tokens", body).status_code == 422


def test_me_tells_who_calls_with_which_scopes_and_limits(caller, calls_as, user, make_user):
    body = caller.get("/api/v1/me").json()
    assert (body["id"], body["email"], body["is_staff"]) == (user.public_id, "ada@example.com", False)
    assert set(body["scopes"]) == set(Scope)
    assert body["limits"] == {"pools": 2, "pools_max": 5, "pools_min": 2, "claims_per_minute": 120}
    assert calls_as(user, scopes=[Scope.EVENTS_READ]).get("/api/v1/me").json()["scopes"] == ["events:read"]
    assert calls_as(make_user(staff=True)).get("/api/v1/me").json()["limits"]["pools"] is None
