"""Tokens for certain pools: they claim from these alone, see what belongs to them, and are for nothing else."""

import pytest

from apps.access.lookup import find, may, visible
from apps.access.permissions import OF_A_POOL, Permission
from apps.core.errors import Invalid, NotAllowed, NotFound
from apps.events.models import Event
from apps.pools.models import Pool
from apps.pools.queries import pool_to_claim, visible_pools
from apps.sessions.models import BrowserSession
from apps.sessions.queries import visible_sessions
from apps.tokens.services import authenticate, issue_token
from tests.factories.people import actor_for, make_token
from tests.factories.pools import ensure_default_pool, make_pool
from tests.factories.sessions import make_claimed_session
from tests.factories.teams import share

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ann(make_user):
    return make_user("ann@example.com")


def actor_of(user, *pools):
    return authenticate(make_token(user, pools=[pool.pk for pool in pools])[1])


def test_it_claims_from_its_pools_alone_by_name_and_id(ann):
    mine, other, default = make_pool(ann, "mine"), make_pool(ann, "other"), ensure_default_pool()
    actor = actor_of(ann, mine)
    assert pool_to_claim(actor, "mine") == pool_to_claim(actor, mine.public_id) == mine
    for word in ("other", other.public_id, "default", default.public_id):
        with pytest.raises(NotFound):
            pool_to_claim(actor, word)


def test_without_a_name_it_claims_from_its_only_pool_and_else_from_the_default_one_if_it_may(ann):
    mine, other, default = make_pool(ann, "mine"), make_pool(ann, "other"), ensure_default_pool()
    assert pool_to_claim(actor_of(ann, mine), "") == mine
    assert pool_to_claim(actor_of(ann, mine, default), "") == default
    with pytest.raises(NotFound):
        pool_to_claim(actor_of(ann, mine, other), "")


def test_it_sees_the_sessions_and_events_of_its_pools_and_no_others(ann):
    mine = make_pool(ann)
    inside, outside = make_claimed_session(ann, mine), make_claimed_session(ann)
    actor = actor_of(ann, mine)
    assert list(visible_sessions(actor)) == [inside]
    assert list(visible_pools(actor)) == [mine]
    told = visible(Event.objects.all(), actor, Permission.EVENT_VIEW)
    assert set(told.values_list("pool_id", flat=True)) == {mine.pk}
    assert not may(actor, Permission.SESSION_USE, outside)
    with pytest.raises(NotFound):
        find(BrowserSession, outside.public_id, actor, Permission.SESSION_VIEW)


def test_staffs_are_no_exception(make_user, ann):
    mine = make_pool(ann)
    inside = make_claimed_session(ann, mine)
    make_claimed_session(ann)
    actor = actor_of(make_user(staff=True), mine)
    assert list(visible_sessions(actor).filter(owner__isnull=False)) == [inside]
    assert list(visible_pools(actor)) == [mine]


def test_it_may_be_for_a_pool_that_others_share(make_user, ann):
    ben = make_user("ben@example.com")
    pool = make_pool(ann)
    share(pool, ben, "use")
    actor = actor_of(ben, pool)
    assert pool_to_claim(actor, pool.public_id) == pool_to_claim(actor, "") == pool


def test_when_the_share_ends_so_does_what_the_token_may(make_user, ann):
    from apps.pools.sharing import unshare_pool

    ben = make_user("ben@example.com")
    pool = make_pool(ann)
    given = share(pool, ben, "use")
    actor = actor_of(ben, pool)
    unshare_pool(pool, given, actor=actor_for(ann))
    for word in ("", "mine", pool.public_id):
        with pytest.raises(NotFound):
            pool_to_claim(actor, word)


@pytest.mark.parametrize("permission", sorted(set(Permission) - OF_A_POOL))
def test_it_is_for_nothing_that_is_not_a_pools(permission, ann):
    actor = actor_of(ann, make_pool(ann))
    assert not actor.has_scope(permission)
    with pytest.raises(NotAllowed):
        actor.require(permission)


def test_it_makes_no_token_at_all(ann):
    actor = actor_of(ann, make_pool(ann))
    with pytest.raises(NotAllowed):
        issue_token(actor=actor, name="wider")


@pytest.mark.parametrize("pools", [[], list(range(51))])
def test_none_and_too_many_pools_are_refused(pools, ann):
    with pytest.raises(Invalid):
        make_token(ann, pools=pools)


def test_a_pool_that_is_gone_leaves_nothing_to_claim(ann):
    pool = make_pool(ann)
    actor = actor_of(ann, pool)
    Pool.objects.filter(pk=pool.pk).update(deleted_at=pool.created_at)
    with pytest.raises(NotFound):
        pool_to_claim(actor, "")


def test_a_name_means_ones_own_pool_then_the_systems_then_one_that_is_shared(make_user, ann):
    ben, eve = make_user("ben@example.com"), make_user("eve@example.com")
    default = ensure_default_pool()
    theirs, hers = make_pool(ann, "default"), make_pool(eve, "default")
    share(theirs, ben, "use")
    assert pool_to_claim(actor_for(ben), "default") == default
    assert pool_to_claim(actor_for(ann), "default") == theirs
    Pool.objects.filter(pk=default.pk).update(name="common")
    assert pool_to_claim(actor_for(ben), "default") == theirs
    share(hers, ben, "use")
    with pytest.raises(Invalid, match="Several"):
        pool_to_claim(actor_for(ben), "default")
