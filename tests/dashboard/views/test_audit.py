"""The audit log's page: own actions, everybody's for staff, filters, page by page."""

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.audit.actions import Action
from apps.audit.models import Entry
from apps.audit.record import record
from tests.factories.people import make_token
from tests.factories.pools import ensure_default_pool, make_pool

SignIn = Callable[[User], Client]


def act(user: User, action: Action = Action.POOL_CHANGED, times: int = 1, **told: object) -> None:
    for _ in range(times):
        with transaction.atomic():
            record(Actor(user=user, address="203.0.113.77"), action, user, **told)  # type: ignore[arg-type]


def test_everybody_finds_their_own_actions(ann: User, ben: User, sign_in: SignIn) -> None:
    act(ann, before={"min": 1}, after={"min": 2})
    act(ben, Action.POOL_DELETED)
    page = sign_in(ann).get("/settings/audit/").content.decode()
    assert "<b>Changed a pool</b>" in page
    assert "<del>1</del> <ins>2</ins>" in page
    assert "203.0.113.77" in page
    assert "<b>Deleted a pool</b>" not in page


def test_staff_find_everybodys_and_may_narrow(ann: User, ben: User, staff: User, sign_in: SignIn) -> None:
    act(ann)
    act(ben, Action.POOL_DELETED)
    client = sign_in(staff)
    page = client.get("/settings/audit/").content.decode()
    assert ann.email in page
    assert ben.email in page
    narrowed = client.get("/settings/audit/", {"person": ann.email, "action": "pool.changed"}).content.decode()
    assert "<b>Changed a pool</b>" in narrowed
    assert "<b>Deleted a pool</b>" not in narrowed
    assert "Nothing matches" in client.get("/settings/audit/", {"until": "2001-01-01"}).content.decode()


def test_pools_of_a_token_stand_there_by_name_and_those_one_may_not_see_by_id(
    ann: User, ben: User, staff: User, sign_in: SignIn
) -> None:
    default, mine, theirs = ensure_default_pool(), make_pool(ann, "mine"), make_pool(ben, "theirs")
    make_token(ann, pools={default.pk, mine.pk, theirs.pk})
    page = sign_in(ann).get("/settings/audit/").content.decode()
    words = re.search(r"pools</span> <ins>(.*?)</ins>", page)
    assert words is not None
    assert sorted(words[1].split(", ")) == sorted(["default", "mine", theirs.public_id])
    assert "theirs" in sign_in(staff).get("/settings/audit/").content.decode()
    assert str(mine.pk) not in page


def test_a_person_filter_is_staff_s_alone(ann: User, ben: User, sign_in: SignIn) -> None:
    act(ben, Action.POOL_DELETED)
    page = sign_in(ann).get("/settings/audit/", {"person": ben.email}).content.decode()
    assert "<b>Deleted a pool</b>" not in page


def test_pages_follow_one_another_without_a_gap(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    act(ann, times=120)
    url, found = "/settings/audit/?", []
    while url:
        answer = client.get(url, headers={"HX-Request": "true"})
        found += [row.id for row in answer.context["rows"]]
        url = answer.context["more_url"]
    expected = [entry.public_id for entry in Entry.objects.filter(person_id=ann.pk).order_by("-id")]
    assert found == expected


@pytest.mark.parametrize("query", ["before=nothing", "since=2026-13-40", "action=x", "thing=%00", "person=usr_x"])
def test_what_makes_no_sense_is_no_error(query: str, ann: User, staff: User, sign_in: SignIn) -> None:
    for person in (ann, staff):
        assert sign_in(person).get(f"/settings/audit/?{query}").status_code == 200
