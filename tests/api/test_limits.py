"""How often the API may be asked: per credential, per address, by strangers; claims are counted by their own rate."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def limited(settings: Settings, tmp_path) -> Callable[..., None]:
    """`limited(read_rate=2)`; counted in this process alone."""
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"

    def limit(**rates: int) -> None:
        settings.GRID = replace(settings.GRID, **rates)

    return limit


def test_reads_are_counted_per_credential_and_the_answer_says_what_is_left(limited, calls_as, make_user):
    limited(read_rate=2)
    ann, ben = calls_as(make_user()), calls_as(make_user())
    answers = [ann.get("/api/v1/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].json()["code"] == "rate_limit"
    assert "2 reads a minute" in answers[2].json()["detail"]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert ben.get("/api/v1/me").status_code == 200


def test_writes_have_a_limit_of_their_own(limited, caller):
    limited(read_rate=1, write_rate=1)
    assert caller.get("/api/v1/me").status_code == 200
    made = caller.post("/api/v1/tokens", {"name": "one"})
    assert (made.status_code, made["RateLimit-Limit"]) == (201, "1")
    refused = caller.post("/api/v1/tokens", {"name": "two"})
    assert refused.status_code == 429
    assert "1 writes a minute" in refused.json()["detail"]


def test_all_callers_of_one_address_share_its_limit(limited, calls_as, make_user):
    limited(read_rate_ip=3)
    statuses = [calls_as(make_user()).get("/api/v1/me").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_a_word_in_x_forwarded_for_is_no_other_address(limited, caller):
    limited(read_rate_ip=1)
    statuses = [caller.get("/api/v1/me", X_Forwarded_For=f"203.0.113.{n}").status_code for n in range(3)]
    assert statuses == [200, 429, 429]


def test_a_claim_is_counted_once_and_by_the_rate_of_claims(limited, caller, default_pool):
    limited(write_rate=1, claim_rate=2)
    answers = [caller.post("/api/v1/sessions", {}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"2"}
    assert "claims a minute" in answers[2].json()["detail"]


def test_listing_sessions_is_a_read(limited, caller):
    limited(read_rate=1)
    assert [caller.get("/api/v1/sessions").status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("headers", [{}, {"Authorization": f"Bearer bg_{'A' * 40}"}, {"X-API-Key": "x"}])
def test_who_knocks_with_nothing_or_with_something_wrong_is_stopped_by_address(limited, headers):
    limited(stranger_rate_ip=2)
    statuses = [Client().get("/api/v1/me", headers=headers).status_code for _ in range(4)]
    assert statuses == [401, 401, 429, 429]


def test_a_stranger_s_knocking_does_not_stop_who_has_a_key(limited, caller):
    limited(stranger_rate_ip=1)
    assert [Client().get("/api/v1/me").status_code for _ in range(2)] == [401, 429]
    assert caller.get("/api/v1/me").status_code == 200


def test_a_person_with_a_cookie_is_counted_as_well(limited, user):
    limited(read_rate=1)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert [client.get("/api/v1/me").status_code for _ in range(2)] == [200, 429]


def test_every_answer_within_the_limits_tells_them(caller: Caller, default_pool):
    for answer in (caller.get("/api/v1/sessions"), caller.post("/api/v1/tokens", {}), caller.get("/api/v1/pools/x")):
        assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= set(answer.headers)
