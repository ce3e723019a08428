"""What one may not see does not exist."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from apps.access.actor import Actor
from apps.access.lookup import find, one_of, visible
from apps.access.permissions import SCOPE_FOR, Permission, Scope
from apps.accounts.models import User
from apps.core.errors import NotAllowed, NotFound
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession
from apps.tokens.models import ApiToken
from tests.factories.people import actor_for, make_token
from tests.factories.pools import make_pool
from tests.factories.sessions import make_claimed_session, make_ready_session

pytestmark = pytest.mark.django_db
VIEW = Permission.SESSION_VIEW


@pytest.fixture
def mine(make_user: Callable[..., User]) -> BrowserSession:
    return make_claimed_session(make_user())


@pytest.fixture
def stranger(make_user: Callable[..., User]) -> Actor:
    return actor_for(make_user())


def owner(session: BrowserSession) -> Actor:
    assert session.owner is not None
    return actor_for(session.owner)


def test_the_owner_finds_it_and_staff_too(mine: BrowserSession, make_user: Callable[..., User]) -> None:
    assert find(BrowserSession, mine.public_id, owner(mine), VIEW) == mine
    assert find(BrowserSession, mine.public_id, actor_for(make_user(staff=True)), VIEW) == mine
    assert find(BrowserSession, mine.public_id, Actor.system(), VIEW) == mine


def test_somebody_elses_and_none_at_all_are_refused_in_the_same_words(mine: BrowserSession, stranger: Actor) -> None:
    absent = BrowserSession(pool=mine.pool).public_id
    wrong_kind = mine.public_id.replace("ses_", "pool_")
    words = set()
    for word in (mine.public_id, absent, wrong_kind, "ses_", "nonsense", "", "ses_\x00", mine.public_id.upper()):
        with pytest.raises(NotFound) as refused:
            find(BrowserSession, word, stranger, VIEW)
        words.add((refused.value.status, refused.value.code, refused.value.detail))
    assert len(words) == 1


def test_of_a_narrowed_set_one_is_found_by_its_id_and_nothing_else_is(mine: BrowserSession) -> None:
    rows = BrowserSession.objects.filter(owner=mine.owner)
    assert one_of(rows, mine.public_id) == mine
    for word in (make_ready_session().public_id, mine.public_id.replace("ses_", "pool_"), "nonsense", ""):
        with pytest.raises(NotFound):
            one_of(rows, word)


def test_a_warm_session_that_nobody_owns_is_staffs_alone(stranger: Actor, make_user: Callable[..., User]) -> None:
    warm = make_ready_session()
    assert not visible(BrowserSession.objects.all(), stranger, VIEW).exists()
    assert list(visible(BrowserSession.objects.all(), actor_for(make_user(staff=True)), VIEW)) == [warm]


def test_an_actor_without_a_person_who_is_not_the_grid_sees_nothing(mine: BrowserSession) -> None:
    assert not visible(BrowserSession.objects.all(), Actor(user=None), VIEW).exists()


@pytest.mark.parametrize("permission", list(Permission))
def test_without_its_scope_a_permission_is_refused_even_for_ones_own(
    permission: Permission, mine: BrowserSession
) -> None:
    narrow = replace(owner(mine), scopes=frozenset(set(Scope) - {SCOPE_FOR[permission]}))
    with pytest.raises(NotAllowed) as refused:
        find(BrowserSession, mine.public_id, narrow, permission)
    assert SCOPE_FOR[permission] in refused.value.detail


def test_a_missing_scope_is_said_before_anything_is_looked_up(stranger: Actor) -> None:
    with pytest.raises(NotAllowed):
        find(BrowserSession, "nonsense", replace(stranger, scopes=frozenset()), VIEW)


def test_a_ticket_sees_its_own_session_and_nothing_beside_it_even_staffs(
    mine: BrowserSession, make_user: Callable[..., User]
) -> None:
    staff = make_user(staff=True)
    other = make_claimed_session(staff)
    for session, user in ((mine, mine.owner), (other, staff)):
        assert user is not None
        ticket = Actor(user=user, credential="tok_x", session_id=str(session.pk))
        assert list(visible(BrowserSession.objects.all(), ticket, VIEW)) == [session]
        assert not visible(Pool.objects.all(), ticket, Permission.POOL_VIEW).exists()
        assert not visible(ApiToken.objects.all(), ticket, Permission.TOKEN_VIEW).exists()


def test_a_person_sees_their_own_row_of_people(make_user: Callable[..., User]) -> None:
    user, _ = make_user(), make_user()
    assert list(visible(User.objects.all(), actor_for(user), Permission.SESSION_VIEW)) == [user]


def test_tokens_and_pools_are_found_by_their_owners_alone(make_user: Callable[..., User], stranger: Actor) -> None:
    user = make_user()
    token, _ = make_token(user)
    pool = make_pool(user)
    assert find(ApiToken, token.public_id, actor_for(user), Permission.TOKEN_VIEW) == token
    assert find(Pool, pool.public_id, actor_for(user), Permission.POOL_VIEW) == pool
    for model, word, permission in (
        (ApiToken, token.public_id, Permission.TOKEN_VIEW),
        (Pool, pool.public_id, Permission.POOL_VIEW),
    ):
        with pytest.raises(NotFound):
            find(model, word, stranger, permission)


def test_a_deleted_pool_is_found_by_nobody(make_user: Callable[..., User]) -> None:
    user = make_user()
    pool = make_pool(user)
    Pool.objects.filter(pk=pool.pk).update(deleted_at=pool.created_at)
    with pytest.raises(NotFound):
        find(Pool, pool.public_id, actor_for(user), Permission.POOL_VIEW)


@pytest.mark.database
def test_a_row_can_be_found_and_locked_in_one_call(mine: BrowserSession) -> None:
    assert find(BrowserSession, mine.public_id, owner(mine), VIEW, lock=True) == mine
