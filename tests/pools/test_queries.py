"""Which pool is meant, and who sees it."""

from collections.abc import Callable

import pytest

from apps.access.permissions import Scope
from apps.accounts.models import User
from apps.core.errors import NotAllowed, NotFound
from apps.pools.models import Pool
from apps.pools.queries import pool_to_claim, shows_pool, visible_pools
from tests.factories.people import actor_for
from tests.factories.pools import make_pool, make_system_pool

pytestmark = pytest.mark.django_db


def test_no_name_is_the_default_pool(default_pool: Pool, make_user: Callable[..., User]) -> None:
    assert pool_to_claim(actor_for(make_user()), "") == default_pool


def test_the_default_pool_is_claimed_by_name_but_by_id_only_by_staff(
    default_pool: Pool, make_user: Callable[..., User]
) -> None:
    user, staff = actor_for(make_user()), actor_for(make_user(staff=True))
    assert pool_to_claim(user, "default") == default_pool
    assert pool_to_claim(staff, default_pool.public_id) == default_pool
    with pytest.raises(NotFound):
        pool_to_claim(user, default_pool.public_id)


def test_ordinary_people_see_their_own_pools_and_staff_all(default_pool: Pool, make_user: Callable[..., User]) -> None:
    user, other, staff = make_user(), make_user(), make_user(staff=True)
    mine, theirs = make_pool(user), make_pool(other)
    system = make_system_pool(staff)
    assert set(visible_pools(actor_for(user))) == {mine}
    assert set(visible_pools(actor_for(staff))) == {default_pool, mine, theirs, system}
    assert shows_pool(actor_for(user), mine)
    assert not shows_pool(actor_for(user), system)
    assert shows_pool(actor_for(staff), system)


def test_a_token_needs_the_scope_to_see_and_another_to_claim(
    default_pool: Pool, make_user: Callable[..., User]
) -> None:
    user = make_user()
    with pytest.raises(NotAllowed):
        visible_pools(actor_for(user, scopes=[Scope.SESSIONS_CONNECT]))
    with pytest.raises(NotAllowed):
        pool_to_claim(actor_for(user, scopes=[Scope.POOLS_READ]), "")
