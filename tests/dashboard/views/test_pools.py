"""Pools by form, within the limits of an ordinary user."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

SignIn = Callable[[User], Client]
FORM = {
    "name": "fast", "min": 1, "max": 3, "max_concurrency": 2, "timeout_minutes": 30, "idle_timeout_seconds": 60,
    "queue_limit": 10, "queue_timeout_seconds": 25, "max_starting": 1, "per_user_limit": "",
    "viewport_width": 1280, "viewport_height": 720,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _pool(default_pool: Pool) -> None:
    """There is a provider that ordinary people may use."""


def test_a_pool_is_made_and_shown_with_its_strip(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    answer = client.post("/pools/new/", FORM, follow=True)
    pool = Pool.current.get(name="fast")
    assert pool.owner == ann
    assert pool.per_user_limit is None
    page = answer.content.decode()
    assert f'id="strip-{pool.public_id}"' in page
    assert page.count('data-state="empty"') == 3
    assert "A session ends 30 minutes after its claim" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("max", 99, "together may be"), ("name", "", "required"), ("timeout_minutes", 0, "greater"),
     ("max", "many", "whole number"), ("viewport_width", 10, "greater")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(
    field: str, value: object, words: str, ann: User, sign_in: SignIn
) -> None:
    answer = sign_in(ann).post("/pools/new/", FORM | {field: value})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert not Pool.current.filter(owner=ann).exists()


def test_min_stays_at_or_below_max(ann: User, sign_in: SignIn) -> None:
    answer = sign_in(ann).post("/pools/new/", FORM | {"min": 2, "max": 1})
    assert "at or below max" in answer.content.decode()


def test_the_limits_of_an_ordinary_user_are_said_before_they_are_met(ann: User, sign_in: SignIn) -> None:
    page = sign_in(ann).get("/pools/new/").content.decode()
    assert f"at most {settings.GRID.user_pools_max} browsers alive" in page


def test_a_change_is_saved(ann: User, sign_in: SignIn, make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(ann, name="fast")
    sign_in(ann).post(f"/pools/{pool.public_id}/edit/", FORM | {"max": 4})
    pool.refresh_from_db()
    assert pool.max == 4


def test_a_refused_change_leaves_the_pool_as_it_was(ann: User, sign_in: SignIn, make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(ann, name="fast")
    answer = sign_in(ann).post(f"/pools/{pool.public_id}/edit/", FORM | {"max": 99})
    assert answer.status_code == 422
    pool.refresh_from_db()
    assert pool.max == 2


def test_deleting_asks_first_and_says_what_follows(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool], claimed_session: Callable[..., BrowserSession]
) -> None:
    pool = make_pool(ann)
    claimed_session(ann, pool)
    client = sign_in(ann)
    page = client.get(f"/pools/{pool.public_id}/delete/").content.decode()
    assert "1 session in use will end" in page
    assert Pool.current.filter(pk=pool.pk).exists()
    client.post(f"/pools/{pool.public_id}/delete/")
    assert not Pool.current.filter(pk=pool.pk).exists()


def test_the_default_pool_stays(staff: User, sign_in: SignIn, default_pool: Pool) -> None:
    answer = sign_in(staff).post(f"/pools/{default_pool.public_id}/delete/", follow=True)
    assert "cannot be deleted" in answer.content.decode()
    assert Pool.current.filter(pk=default_pool.pk).exists()


@pytest.mark.parametrize("tail", ["", "edit/", "delete/"])
def test_others_pools_and_system_pools_are_not_found(
    tail: str, ann: User, ben: User, sign_in: SignIn, make_pool: Callable[..., Pool]
) -> None:
    client = sign_in(ann)
    for pool in (Pool.current.get(is_default=True), make_pool(ben)):
        assert client.get(f"/pools/{pool.public_id}/{tail}").status_code == 404
        assert client.post(f"/pools/{pool.public_id}/{tail or 'edit/'}", FORM).status_code == 404


def test_only_staff_may_make_a_system_pool(ann: User, staff: User, sign_in: SignIn) -> None:
    sign_in(ann).post("/pools/new/", FORM | {"name": "mine", "is_system": "on"})
    sign_in(staff).post("/pools/new/", FORM | {"name": "everybodys", "is_system": "on"})
    assert Pool.current.get(name="mine").owner == ann
    assert Pool.current.get(name="everybodys").owner is None


def test_a_hidden_pools_strip_answers_to_its_name_with_own_browsers(
    ann: User, ben: User, sign_in: SignIn, claimed_session: Callable[..., BrowserSession]
) -> None:
    mine, theirs = claimed_session(ann), claimed_session(ben)
    page = sign_in(ann).get("/pools/strips/?pool=default").content.decode()
    assert mine.public_id in page
    assert theirs.public_id not in page
    assert "empty" not in page


def test_the_warm_browsers_of_ones_own_pool_are_counted_not_opened(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool], ready_session: Callable[..., BrowserSession]
) -> None:
    pool = make_pool(ann)
    warm = ready_session(pool)
    page = sign_in(ann).get(f"/pools/strips/?pool={pool.public_id}").content.decode()
    assert 'data-state="ready"' in page
    assert warm.public_id not in page
