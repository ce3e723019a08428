"""Making something under an Idempotency-Key: a repeat makes nothing and tells what the first has made."""

import pytest

from apps.accounts.invitations import accept_invitation
from apps.accounts.models import Invitation
from apps.pools.models import Pool
from apps.sessions.models import IdempotencyKey
from apps.tokens.models import ApiToken
from tests.api.caller import Caller, document
from tests.factories.people import actor_for, make_user
from tests.factories.pools import make_pool
from tests.factories.sessions import make_claimed_session
from tests.factories.teams import make_team

pytestmark = [pytest.mark.django_db, pytest.mark.database]

POOL = {"name": "mine", "min": 0, "max": 1}
WITHOUT_A_KEY = {
    "/api/v1/sessions/{id}/files": "what is sent is a file of any size, not a body that has a fingerprint",
    "/api/v1/sessions/{id}/live": "its ticket is shown this once: a repeat would have nothing to answer with",
    "/api/v1/sessions/{id}/recordings": "one of a kind runs at a time: a repeat is answered with it",
}


def test_a_repeat_answers_with_the_same_pool_and_makes_none(caller, default_pool):
    first, second = (caller.post("/api/v1/pools", POOL, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    assert Pool.objects.filter(name="mine").count() == 1


def test_a_repeat_tells_the_pool_as_it_is_now(caller, default_pool):
    made = caller.post("/api/v1/pools", POOL, Idempotency_Key="k").json()
    caller.patch(f"/api/v1/pools/{made['id']}", {"queue_limit": 7})
    assert caller.post("/api/v1/pools", POOL, Idempotency_Key="k").json()["queue_limit"] == 7


def test_the_order_of_fields_makes_no_other_request(caller, default_pool):
    caller.post("/api/v1/pools", POOL, Idempotency_Key="k")
    turned = dict(reversed(POOL.items()))
    assert caller.post("/api/v1/pools/", turned, Idempotency_Key="k").status_code == 200


def test_a_token_s_secret_is_shown_once_and_never_again(caller):
    first, second = (caller.post("/api/v1/tokens", {"name": "x"}, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["token"].startswith("bg_")
    assert "token" not in second.json()
    assert second.json()["id"] == first.json()["id"]
    assert ApiToken.objects.filter(name="x").count() == 1


@pytest.mark.parametrize(
    ("path", "body"), [("pools", {"name": "other", "min": 0, "max": 1}), ("tokens", {"name": "x"}), ("sessions", {})]
)
def test_another_request_under_the_key_is_refused_and_makes_nothing(caller, default_pool, path, body):
    caller.post("/api/v1/pools", POOL, Idempotency_Key="k")
    before = ApiToken.objects.count(), Pool.objects.count()
    answer = caller.post(f"/api/v1/{path}", body, Idempotency_Key="k")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert (ApiToken.objects.count(), Pool.objects.count()) == before


def test_a_key_of_a_session_makes_no_pool(caller, default_pool):
    caller.post("/api/v1/sessions", {}, Idempotency_Key="k")
    assert caller.post("/api/v1/pools", POOL, Idempotency_Key="k").json()["code"] == "idempotency_mismatch"


def test_what_was_made_and_is_gone_is_410(caller, default_pool):
    made = caller.post("/api/v1/pools", POOL, Idempotency_Key="k").json()
    caller.delete(f"/api/v1/pools/{made['id']}")
    assert caller.post("/api/v1/pools", POOL, Idempotency_Key="k").status_code == 410


def test_a_refused_request_leaves_its_key_free(caller, default_pool):
    assert caller.post("/api/v1/pools", POOL | {"max": -1}, Idempotency_Key="k").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert caller.post("/api/v1/pools", POOL, Idempotency_Key="k").status_code == 201


def test_keys_are_each_token_s_own(caller: Caller, calls_as, make_user, default_pool):
    assert caller.post("/api/v1/pools", POOL, Idempotency_Key="k").status_code == 201
    assert calls_as(make_user()).post("/api/v1/pools", POOL, Idempotency_Key="k").status_code == 201


def test_a_key_that_cannot_be_kept_is_named(caller, default_pool):
    answer = caller.post("/api/v1/pools", POOL, Idempotency_Key="x" * 256)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_every_address_that_makes_something_takes_a_key():
    without = {
        path
        for path, methods in document()["paths"].items()
        if "201" in methods.get("post", {}).get("responses", {})
        and "Idempotency-Key" not in [each["name"] for each in methods["post"].get("parameters", ())]
    }
    assert without == set(WITHOUT_A_KEY)


def test_every_address_that_takes_a_key_tells_how_a_key_is_refused():
    takers = [
        (path, operation["responses"])
        for path, methods in document()["paths"].items()
        for operation in methods.values()
        if "Idempotency-Key" in [each["name"] for each in operation.get("parameters", ())]
    ]
    assert {"/api/v1/sessions", "/api/v1/pools", "/api/v1/pools/{id}/claim", "/api/v1/tokens"} <= dict(takers).keys()
    assert [path for path, told in takers if not {"409", "410", "422"} <= told.keys()] == []
    assert [path for path, told in takers if "in_flight" not in told["409"]["description"]] == []


@pytest.fixture
def invitations(user) -> str:
    return f"/api/v1/teams/{make_team(user).public_id}/invitations"


def test_a_repeated_invitation_leaves_the_first_one_good(caller, invitations):
    first, second = (caller.post(invitations, {"email": "a@example.com"}, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Invitation.objects.count() == 1


def test_a_repeat_after_the_invitation_was_accepted_is_410(caller, invitations):
    caller.post(invitations, {"email": "a@example.com"}, Idempotency_Key="k")
    accept_invitation(Invitation.objects.get(), actor=actor_for(make_user("a@example.com")))
    assert caller.post(invitations, {"email": "a@example.com"}, Idempotency_Key="k").status_code == 410


@pytest.fixture(params=["sessions", "pools"])
def shares(request, user) -> str:
    thing = make_claimed_session(user) if request.param == "sessions" else make_pool(user)
    return f"/api/v1/{request.param}/{thing.public_id}/shares"


def test_a_repeated_share_does_not_take_back_what_was_changed_since(caller, shares):
    given = {"to": "ben@example.com", "level": "view"}
    first = caller.post(shares, given, Idempotency_Key="k")
    caller.post(shares, given | {"level": "manage"})
    second = caller.post(shares, given, Idempotency_Key="k")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json() | {"level": "manage"}


def test_a_share_that_was_withdrawn_is_not_given_again_by_a_repeat(caller, shares):
    given = {"to": "ben@example.com", "level": "view"}
    share = caller.post(shares, given, Idempotency_Key="k").json()["id"]
    caller.delete(f"{shares}/{share}")
    assert caller.post(shares, given, Idempotency_Key="k").status_code == 410
    assert caller.get(shares).json()["results"] == []
