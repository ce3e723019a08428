"""What a share gives, level by level; whom an address means; and what a list costs."""

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access.lookup import allow, find, may, may_each, visible
from apps.access.permissions import GIVES, Level, Permission, levels_with
from apps.accounts.models import User
from apps.accounts.sharing import address_proven
from apps.core.errors import Conflict, NotAllowed, NotFound
from apps.events.models import Event
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession
from apps.sessions.sharing import share_session, unshare_session
from tests.factories.people import actor_for
from tests.factories.pools import make_pool
from tests.factories.sessions import make_claimed_session, make_ready_session
from tests.factories.teams import make_team, share

pytestmark = [pytest.mark.django_db, pytest.mark.database]
OF = {"pool.": Pool, "session.": BrowserSession}


@pytest.fixture
def ann(make_user):
    return make_user("ann@example.com")


@pytest.fixture
def ben(make_user):
    return make_user("ben@example.com")


@pytest.fixture(params=["session", "pool"])
def thing(request, ann):
    return make_claimed_session(ann) if request.param == "session" else make_pool(ann)


@pytest.mark.parametrize("by_team", [False, True])
@pytest.mark.parametrize("level", list(Level))
def test_a_level_gives_its_permissions_and_no_other(level, by_team, thing, ann, ben):
    share(thing, make_team(ann, ben) if by_team else ben, level)
    word = "session." if isinstance(thing, BrowserSession) else "pool."
    for permission in [each for each in Permission if each.startswith(word)]:
        expected = permission in GIVES[level]
        assert may(actor_for(ben), permission, thing) == expected, permission
        assert may_each(actor_for(ben), permission, thing) == expected, permission
        assert visible(type(thing).objects.all(), actor_for(ben), permission).exists() == expected, permission


def test_each_level_contains_the_one_before():
    assert GIVES[Level.VIEW] < GIVES[Level.USE] < GIVES[Level.MANAGE]
    never = {Permission.POOL_SHARE, Permission.SESSION_SHARE, Permission.SESSION_TRANSFER}
    assert not any(levels_with(permission) for permission in never)


def test_what_one_sees_but_may_not_do_is_403_and_the_rest_404(thing, ben, make_user):
    share(thing, ben, Level.VIEW)
    doing = Permission.SESSION_CONTROL if isinstance(thing, BrowserSession) else Permission.POOL_MANAGE
    with pytest.raises(NotAllowed):
        find(type(thing), thing.public_id, actor_for(ben), doing)
    with pytest.raises(NotFound):
        find(type(thing), thing.public_id, actor_for(make_user()), doing)
    with pytest.raises(NotAllowed):
        allow(actor_for(ben), doing, thing)


def test_the_last_level_counts_and_a_share_is_one_row(ann, ben):
    session = make_claimed_session(ann)
    first = share(session, ben, Level.MANAGE)
    assert share(session, ben, Level.VIEW) == first
    assert not may(actor_for(ben), Permission.SESSION_USE, session)


def test_a_share_of_one_thing_says_nothing_of_another(ann, ben):
    pool = make_pool(ann)
    session, other = make_claimed_session(ann, pool), make_claimed_session(ann, pool)
    share(session, ben, Level.VIEW)
    assert list(visible(BrowserSession.objects.all(), actor_for(ben), Permission.SESSION_VIEW)) == [session]
    assert not visible(Pool.objects.all(), actor_for(ben), Permission.POOL_VIEW).exists()
    share(pool, ben, Level.MANAGE)
    seen = visible(BrowserSession.objects.all(), actor_for(ben), Permission.SESSION_VIEW)
    assert other not in seen


def test_whoever_hears_of_a_session_hears_its_events_and_no_longer_when_it_is_withdrawn(ann, ben):
    session = make_claimed_session(ann)
    told = visible(Event.objects.filter(session_id=session.pk), actor_for(ben), Permission.EVENT_VIEW)
    assert not told.exists()
    given = share(session, ben, Level.VIEW)
    assert told.all().count() == Event.objects.filter(session_id=session.pk).count()
    unshare_session(session, given, actor=actor_for(ann))
    assert not told.all().exists()


def test_what_happens_in_a_shared_pool_to_others_is_not_told(ann, ben):
    pool = make_pool(ann)
    share(pool, ben, Level.MANAGE)
    session = make_claimed_session(ann, pool)
    assert not visible(Event.objects.filter(session_id=session.pk), actor_for(ben), Permission.EVENT_VIEW).exists()


def test_an_address_that_nobody_has_waits_until_somebody_has_proven_it(ann, make_user):
    session = make_claimed_session(ann)
    share(session, "eve@example.com", Level.USE)
    eve = make_user("eve@example.com")
    assert not may(actor_for(eve), Permission.SESSION_VIEW, session)
    EmailAddress.objects.create(user=eve, email="eve@example.com", verified=True, primary=True)
    assert may(actor_for(eve), Permission.SESSION_USE, session)


def test_a_share_with_an_address_that_its_holder_has_not_proven_waits_too(ann, make_user):
    session = make_claimed_session(ann)
    squatter = make_user("eve@example.com")
    EmailAddress.objects.create(user=squatter, email="eve@example.com", verified=False, primary=True)
    share(session, "eve@example.com", Level.USE)
    assert not may(actor_for(squatter), Permission.SESSION_VIEW, session)
    address_proven("eve@example.com", squatter)
    assert may(actor_for(squatter), Permission.SESSION_VIEW, session)


def test_a_session_that_nobody_owns_cannot_be_shared(make_user):
    with pytest.raises(Conflict):
        share_session(make_ready_session(), actor=actor_for(make_user(staff=True)), to="a@example.com", level=Level.USE)


def test_a_list_is_one_query_however_much_is_shared(ann, ben, make_user):
    pool = make_pool(ann, max=5, max_concurrency=5)
    for _ in range(4):
        share(make_claimed_session(ann, pool), ben, Level.VIEW)
    team = make_team(ann, ben)
    share(make_claimed_session(ann), team, Level.USE)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        rows = list(visible(BrowserSession.objects.select_related("pool"), actor_for(ben), Permission.SESSION_VIEW))
    assert (len(rows), len(asked)) == (5, 1)
    actor = actor_for(ben)
    with CaptureQueriesContext(connection) as asked:
        assert [may_each(actor, Permission.SESSION_CONTROL, row) for row in rows] == [False] * 5
    assert len(asked) == 1


def test_a_person_who_goes_takes_the_shares_along(ann, ben):
    share(make_claimed_session(ann), ben, Level.USE)
    User.objects.filter(pk=ben.pk).delete()
    assert User.objects.filter(pk=ann.pk).exists()


@pytest.mark.parametrize("permission", list(Permission))
def test_no_permission_whatsoever_shows_a_stranger_anything(permission, ann, ben, make_user):
    session, pool, team = make_claimed_session(ann), make_pool(ann), make_team(ann)
    share(session, ben, Level.MANAGE)
    share(pool, ben, Level.MANAGE)
    stranger = actor_for(make_user())
    for model in (BrowserSession, Pool, Event, type(team)):
        assert not visible(model.objects.all(), stranger, permission).exists()
