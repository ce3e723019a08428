"""Tokens for certain pools over the API; and that no sequence of calls makes anybody or anything stronger."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.access.actor import Actor
from apps.access.permissions import Permission, Scope
from apps.accounts.models import User
from apps.tokens.models import ApiToken
from apps.tokens.services import authenticate
from tests.api.caller import Caller
from tests.factories.people import make_token, make_user
from tests.factories.pools import ensure_default_pool, make_pool
from tests.factories.teams import make_team

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_token_is_made_for_pools_by_name_and_id_and_says_so(caller, user):
    pool, default = make_pool(user, "crawlers"), ensure_default_pool()
    made = caller.post("/api/v1/tokens", {"name": "x", "pools": [pool.public_id, "default"]})
    assert made.status_code == 201
    assert sorted(made.json()["pools"], key=lambda each: each["name"]) == [
        {"id": pool.public_id, "name": "crawlers"},
        {"id": None, "name": default.name},
    ]
    assert caller.get("/api/v1/tokens").json()["results"][0]["pools"] == made.json()["pools"]
    narrow = Caller(made.json()["token"])
    assert {each["name"] for each in narrow.get("/api/v1/me").json()["pools"]} == {"crawlers", default.name}
    assert [row["id"] for row in narrow.get("/api/v1/pools").json()["results"]] == [pool.public_id]
    assert narrow.get("/api/v1/tokens").json()["code"] == "pools_only"
    assert narrow.post("/api/v1/pools", {"name": "another"}).status_code == 403
    assert caller.post("/api/v1/tokens", {"name": "x"}).json()["pools"] is None


@pytest.mark.parametrize("pools", [[], "mine", ["nowhere"], [1], [""], ["\x00"], ["x"] * 51, {"a": 1}])
def test_pools_that_are_none_are_422(caller, pools):
    assert caller.post("/api/v1/tokens", {"name": "x", "pools": pools}).status_code == 422


def test_a_pool_of_somebody_else_is_answered_like_none(caller, make_user):
    theirs = make_pool(make_user())
    refused = caller.post("/api/v1/tokens", {"name": "x", "pools": [theirs.public_id]})
    absent = caller.post("/api/v1/tokens", {"name": "x", "pools": ["pool_00000000000000000000000000"]})
    assert refused.status_code == absent.status_code == 422
    assert refused.json() == absent.json()


def power(actor: Actor) -> tuple[frozenset[Permission], frozenset[Any] | None]:
    """What a credential may be used for at most, and in which pools."""
    return frozenset(permission for permission in Permission if actor.has_scope(permission)), actor.pools


def is_within(one: Actor, other: Actor) -> bool:
    """Whether `one` can do nothing that `other` cannot."""
    permissions, pools = power(one)
    others, places = power(other)
    return permissions <= others and (places is None or (pools is not None and pools <= places))


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["x", "y", ""]),
        "scopes": st.one_of(st.none(), st.lists(st.sampled_from([str(scope) for scope in Scope]), max_size=4)),
        "pools": st.one_of(st.none(), st.lists(st.sampled_from(["mine", "default", "nowhere"]), max_size=2)),
        "expires_at": st.none(),
        "is_staff": st.booleans(),
        "is_superuser": st.booleans(),
        "is_active": st.booleans(),
        "is_system": st.booleans(),
        "owner": st.sampled_from(["usr_x", None]),
        "role": st.sampled_from(["member", "manager", "owner"]),
        "email": st.sampled_from(["victim@example.com", "new@example.com"]),
        "to": st.sampled_from(["victim@example.com", "mate@example.com", "{team}"]),
        "level": st.sampled_from(["view", "use", "manage", "own"]),
        "min": st.just(0),
        "user": st.just("usr_x"),
        "groups": st.just([1]),
    },
)
PATHS = (
    "tokens", "tokens/{token}", "me", "pools", "pools/{pool}", "pools/{pool}/shares", "teams", "teams/{team}",
    "teams/{team}/members/{me}", "teams/{team}/members/{mate}", "teams/{team}/invitations", "sessions", "audit",
    "usage", "events",
)  # fmt: skip
CALLS = st.lists(
    st.tuples(st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE"]), st.sampled_from(PATHS), FIELDS), max_size=6
)
STARTS = st.fixed_dictionaries(
    {},
    optional={
        "scopes": st.lists(st.sampled_from(list(Scope)), min_size=1, max_size=6),
        "pools": st.just(True),
    },
)


@pytest.mark.wide
class TestNoSequenceOfCalls(TestCase):
    """By a person who is not staff, with any token of theirs, the tokens that it makes among them."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(start=STARTS, calls=CALLS)
    def test_makes_them_staff_or_a_token_wider(self, start: dict[str, Any], calls: list[Any]) -> None:
        person, mate = make_user("person@example.com"), make_user("mate@example.com")
        ensure_default_pool(max_concurrency=0, queue_limit=0)
        pool, team = make_pool(person), make_team(mate, person)
        names = {"pool": pool.public_id, "team": team.public_id, "me": person.public_id, "mate": mate.public_id}
        limits = {**start, "pools": [pool.pk]} if start.get("pools") else start
        row, secret = make_token(person, **limits)
        strongest = authenticate(secret)
        names["token"] = row.public_id
        before = set(ApiToken.objects.values_list("pk", flat=True))
        secrets = [secret]
        for method, path, fields in calls:
            body = {key: value.format(**names) if isinstance(value, str) else value for key, value in fields.items()}
            told = Caller(secrets[-1]).ask(method, f"/api/v1/{path.format(**names)}", body)
            assert told.status_code < 500, (method, path, body)
            if told.status_code == 201 and path == "tokens":
                secrets.append(told.json()["token"])
        person.refresh_from_db()
        assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)
        assert not User.objects.filter(is_staff=True).exists()
        assert not person.user_permissions.exists()
        row.refresh_from_db()
        assert (row.scopes, row.pools) == (
            sorted(start["scopes"]) if "scopes" in start else None,
            [str(pool.pk)] if start.get("pools") else None,
        ) or set(row.scopes or ()) == set(start.get("scopes", ()))
        for made in ApiToken.objects.exclude(pk__in=before):
            assert made.owner == person
        for other in secrets:
            if ApiToken.objects.filter(pk=row.pk, revoked_at__isnull=True).exists() or other != secret:
                self._check(other, strongest)

    def _check(self, secret: str, strongest: Actor) -> None:
        from apps.core.errors import Unauthenticated

        try:
            actor = authenticate(secret)
        except Unauthenticated:  # revoked on the way
            return
        assert is_within(actor, strongest)
