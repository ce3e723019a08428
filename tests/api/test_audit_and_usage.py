"""GET /audit and GET /usage: documented, narrowed, and nobody else's."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from apps.quotas.models import Quota
from tests.factories.people import make_token, make_user
from tests.factories.pools import make_pool
from tests.factories.sessions import make_running_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def client_of(user: Any, **options: Any) -> Client:
    return Client(headers={"Authorization": f"Bearer {make_token(user, **options)[1]}"})


@pytest.fixture
def user(default_pool: Any) -> Any:
    return make_user()


def test_a_change_stands_in_the_audit_with_its_address(user: Any) -> None:
    client = client_of(user)
    token = client.post("/api/v1/tokens", {"name": "new"}, content_type="application/json").json()
    entry = client.get("/api/v1/audit", {"action": "token.created", "thing": token["id"]}).json()["results"][0]
    assert entry["person"] == user.public_id
    assert entry["address"] == "127.0.0.1"
    assert entry["credential"].startswith("tok_")
    assert entry["after"]["name"] == "new"


def test_pools_of_a_token_stand_there_by_their_public_ids(user: Any) -> None:
    pool = make_pool(user)
    make_token(user, pools={pool.pk})
    entries = client_of(user).get("/api/v1/audit", {"action": "token.created"}).json()["results"]
    assert [entry["after"]["pools"] for entry in entries] == [None, [pool.public_id]]


def test_the_audit_of_others_is_not_mine(user: Any) -> None:
    other = make_user()
    make_token(other)
    found = client_of(user).get("/api/v1/audit", {"limit": 200}).json()["results"]
    assert {entry["person"] for entry in found} == {user.public_id}
    staff = client_of(make_user(staff=True))
    assert staff.get("/api/v1/audit", {"person": other.public_id}).json()["results"]


@pytest.mark.parametrize(
    "query",
    [
        {"action": "x"},
        {"since": "yesterday"},
        {"since": "0001-01-01T00:00:00+01:00"},
        {"until": "9999-12-31T23:59:59-01:00"},
        {"limit": "0"},
        {"cursor": "x"},
    ],
)
def test_a_filter_that_cannot_be_is_422(user: Any, query: dict[str, str]) -> None:
    assert client_of(user).get("/api/v1/audit", query).status_code == 422


def test_usage_is_by_day_with_quotas(user: Any) -> None:
    Quota.objects.create(user=user, sessions=3)
    make_running_session(user)
    usage = client_of(user).get("/api/v1/usage", {"days": 7}).json()
    assert len(usage["days"]) == 7
    assert usage["days"][-1]["sessions"] == usage["total"]["sessions"] == 1
    assert {"measure": "sessions", "used": 1, "limit": 3, "team": None} in usage["quotas"]


@pytest.mark.parametrize("days", ["0", "91", "x", "", "9" * 40, "000000001" + "9" * 12])
def test_too_many_days_are_422(user: Any, days: str) -> None:
    assert client_of(user).get("/api/v1/usage", {"days": days}).status_code == 422


def test_me_tells_quotas(user: Any, settings: Any) -> None:
    settings.GRID = replace(django_settings.GRID, user_minutes_a_day=90)
    quotas = client_of(user).get("/api/v1/me").json()["quotas"]
    assert {"measure": "minutes", "used": 0, "limit": 90, "team": None} in quotas


def test_a_claim_beyond_the_quota_is_429_with_a_time_to_try_again(user: Any) -> None:
    Quota.objects.create(user=user, sessions=0)
    answer = client_of(user).post("/api/v1/sessions", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (429, "quota")
    assert int(answer["Retry-After"]) >= 1
