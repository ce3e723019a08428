"""A session given to a team mate: one event more, every ticket dead, the owner changed by nothing else."""

import ast
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F

from apps.access.permissions import Level, Permission
from apps.audit.models import Entry
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid, NotAllowed, Unauthenticated
from apps.events.dispatcher import dispatch
from apps.events.models import Event
from apps.events.queries import after, last_position
from apps.quotas.models import Quota
from apps.sessions.claims import Caller
from apps.sessions.connections import to_cut
from apps.sessions.idempotency import claim_once
from apps.sessions.models import BrowserSession
from apps.sessions.options import SessionOptions
from apps.sessions.services import mark
from apps.sessions.tickets import mint, redeem
from apps.sessions.transfer import transfer_session
from tests.architecture.sources import named, python_files, tree
from tests.factories.people import actor_for
from tests.factories.sessions import end, make_claimed_session, make_gateway, make_ready_session, make_running_session
from tests.factories.teams import make_team, share

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ann(make_user):
    return make_user("ann@example.com")


@pytest.fixture
def ben(make_user, ann):
    mate = make_user("ben@example.com")
    make_team(ann, mate)
    return mate


@pytest.fixture
def session(ann, ben):
    return make_claimed_session(ann, keep_alive=True)


def test_the_owner_is_another_and_the_story_has_no_gap(session, ann, ben):
    before = session.sequence
    moved = transfer_session(session, "ben@example.com", actor=actor_for(ann))
    assert (moved.owner, moved.state) == (ben, "claimed")
    events = Event.objects.filter(session_id=session.pk, sequence__isnull=False).order_by("sequence")
    assert [event.sequence for event in events] == list(range(1, before + 2))
    last = events.last()
    assert (last.type, last.owner) == ("session.transferred", ben)
    assert last.data["former_owner"] == ann.public_id
    entry = Entry.objects.get(action="session.transferred")
    assert (entry.thing, entry.after) == (session.public_id, {"owner": ben.public_id})


def test_the_former_owner_hears_of_it_and_of_nothing_that_follows(session, ann, ben):
    dispatch()
    before = last_position()
    transfer_session(session, "ben@example.com", actor=actor_for(ann))
    mark(session, "mine now", actor=actor_for(ben))
    dispatch()
    assert [event.type for event in after(actor_for(ann), before)] == ["session.transferred"]
    assert [event.type for event in after(actor_for(ben), before)] == ["session.transferred", "session.marked"]


def test_every_ticket_dies_whoever_minted_it(session, ann, ben, make_user):
    other = make_user()
    share(session, other, Level.USE)
    secrets = [mint(session, actor=actor_for(who)) for who in (ann, other)]
    transfer_session(session, ben.public_id, actor=actor_for(ann))
    for secret in secrets:
        with pytest.raises(Unauthenticated):
            redeem(secret)
    assert redeem(mint(session, actor=actor_for(other))).session == session
    with pytest.raises(NotAllowed):
        mint(session, actor=actor_for(ann))


def test_the_former_owners_clients_are_to_be_cut(ann, ben):
    session, connection = make_running_session(ann, keep_alive=True)
    gateway = make_gateway()
    assert to_cut(gateway, revoked=()) == {}
    transfer_session(session, "ben@example.com", actor=actor_for(ann))
    assert to_cut(gateway, revoked=()) == {connection.public_id: "revoked"}


def test_what_the_former_owner_asked_for_answers_with_it_no_more(ann, ben):
    make_ready_session()
    caller, options = Caller(actor_for(ann)), SessionOptions(keep_alive=True)
    session = claim_once(caller, options, "key").claimed.session
    transfer_session(session, "ben@example.com", actor=actor_for(ann))
    again = claim_once(caller, options, "key")
    assert again.repeated
    assert again.claimed.session is None


def test_a_share_that_the_new_owner_had_is_gone(session, ann, ben):
    share(session, ben, Level.VIEW)
    transfer_session(session, "ben@example.com", actor=actor_for(ann))
    from apps.sessions.models import SessionPersonGrant

    assert not SessionPersonGrant.objects.exists()


@pytest.mark.parametrize("to", ["eve@example.com", "nobody@example.com", "ann@example.com", "usr_x", "x"])
def test_only_a_team_mate_gets_it(session, ann, make_user, to):
    make_user("eve@example.com")
    with pytest.raises(Invalid) as refused:
        transfer_session(session, to, actor=actor_for(ann))
    assert refused.value.code == "not_a_team_mate"


def test_only_the_owner_and_staff_give_it(session, ann, ben, make_user):
    share(session, ben, Level.MANAGE)
    with pytest.raises(NotAllowed):
        transfer_session(session, "ben@example.com", actor=actor_for(ben))
    assert transfer_session(session, "ben@example.com", actor=actor_for(make_user(staff=True))).owner == ben


def test_without_keep_alive_it_would_end_and_is_refused(ann, ben):
    with pytest.raises(Conflict) as refused:
        transfer_session(make_claimed_session(ann), "ben@example.com", actor=actor_for(ann))
    assert refused.value.code == "needs_keep_alive"


def test_what_has_ended_is_not_given_away(session, ann, ben):
    end(session, actor=actor_for(ann))
    with pytest.raises(Ended):
        transfer_session(session, "ben@example.com", actor=actor_for(ann))


def test_it_must_fit_the_new_owners_limit(session, ann, ben):
    session.pool.per_user_limit = 1
    session.pool.save()
    make_claimed_session(ben)
    with pytest.raises(Conflict) as refused:
        transfer_session(session, "ben@example.com", actor=actor_for(ann))
    assert refused.value.code == "per_user_limit"


def test_it_must_fit_the_new_owners_quota(session, ann, ben):
    Quota.objects.create(user=ben, sessions=1)
    make_claimed_session(ben)
    with pytest.raises(Conflict) as refused:
        transfer_session(session, "ben@example.com", actor=actor_for(ann))
    assert refused.value.code == "quota"


@pytest.mark.parametrize("left_out", ["transferred_at", "generation", "sequence"])
def test_the_database_refuses_an_owner_that_changes_by_less_than_a_transfer(session, ben, left_out):
    whole = {
        "owner": ben,
        "transferred_at": clock.now(),
        "generation": F("generation") + 1,
        "sequence": F("sequence") + 1,
    }
    del whole[left_out]
    with pytest.raises(DatabaseError, match="owner of a session changes by a transfer alone"), transaction.atomic():
        BrowserSession.objects.filter(pk=session.pk).update(**whole)


def test_the_database_refuses_a_transfer_that_gives_it_to_nobody_else(session):
    with pytest.raises(DatabaseError, match="a transfer gives the session to somebody else"), transaction.atomic():
        BrowserSession.objects.filter(pk=session.pk).update(transferred_at=clock.now() + timedelta(seconds=1))


def test_no_other_module_writes_the_time_of_a_transfer():
    writers = {
        named(path)
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg == "transferred_at"
    }
    assert writers == {"apps/sessions/transfer.py"}


def test_the_permission_is_of_the_same_kind_as_what_it_moves():
    assert Permission.SESSION_TRANSFER.startswith("session.")
