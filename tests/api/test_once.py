"""Making something under an Idempotency-Key: a repeat makes nothing and tells what the first has made."""

import pytest

from apps.pools.models import Pool
from apps.sessions.models import IdempotencyKey
from apps.tokens.models import ApiToken
from tests.api.caller import Caller

pytestmark = [pytest.mark.django_db, pytest.mark.database]

POOL = {"name": "mine", "min": 0, "max": 1}


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
