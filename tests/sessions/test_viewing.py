"""Addresses at which people watch: for a while, for a purpose, and no longer than the right of whoever made them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.access.permissions import Level, Permission
from apps.accounts.models import User
from apps.audit.models import Entry
from apps.core import clock
from apps.core.errors import Ended, Invalid, NotAllowed, NotFound, Unauthenticated
from apps.nodes.models import Process
from apps.pools.models import Pool
from apps.sessions.connections import close_connection, to_cut
from apps.sessions.models import BrowserSession, Connection, Ticket
from apps.sessions.queries import live_connections, with_clients
from apps.sessions.services import stop_session
from apps.sessions.sharing import share_session, unshare_session
from apps.sessions.tickets import mint, redeem
from apps.sessions.viewing import MOST_SECONDS, mint_view, open_viewer, redeem_view, revoke_view, views_of
from tests.factories.people import actor_for
from tests.factories.sessions import make_claimed_session, make_gateway, make_running_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def session(pool: Pool, user: User) -> BrowserSession:
    return make_claimed_session(user)


@pytest.fixture
def gateway(session: BrowserSession) -> Process:
    return make_gateway()


def test_a_read_only_address_opens_the_view_and_gives_no_control(session: BrowserSession, user: User) -> None:
    _, secret = mint_view(session, actor=actor_for(user))
    redeemed = redeem_view(secret)
    assert redeemed.session == session
    assert redeemed.ticket.purpose == Ticket.Purpose.VIEW
    assert not redeemed.actor.has_scope(Permission.SESSION_CONTROL)


def test_an_interactive_one_gives_control_of_this_session(session: BrowserSession, user: User) -> None:
    _, secret = mint_view(session, actor=actor_for(user), interactive=True)
    assert redeem_view(secret).actor.has_scope(Permission.SESSION_CONTROL)


def test_neither_kind_of_ticket_serves_for_the_other(session: BrowserSession, user: User) -> None:
    _, secret = mint_view(session, actor=actor_for(user))
    with pytest.raises(Unauthenticated):
        redeem(secret)
    with pytest.raises(Unauthenticated):
        redeem_view(mint(session, actor=actor_for(user)))


def test_it_opens_nothing_once_its_time_is_over(session: BrowserSession, user: User) -> None:
    _, secret = mint_view(session, actor=actor_for(user), seconds=60)
    Ticket.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        redeem_view(secret)


@pytest.mark.parametrize("seconds", [0, -1, MOST_SECONDS + 1])
def test_its_time_is_bounded(session: BrowserSession, user: User, seconds: int) -> None:
    with pytest.raises(Invalid):
        mint_view(session, actor=actor_for(user), seconds=seconds)


@pytest.mark.parametrize(
    "origin", ["https://a.example; script-src *", "*", "javascript:x", "https://a.example/path", "null"]
)
def test_only_origins_may_be_named_as_frames(session: BrowserSession, user: User, origin: str) -> None:
    with pytest.raises(Invalid):
        mint_view(session, actor=actor_for(user), origins=[origin])


def test_there_is_nothing_to_see_of_an_ended_session(session: BrowserSession, user: User) -> None:
    stop_session(session, actor=actor_for(user))
    session.refresh_from_db()
    with pytest.raises(Ended):
        mint_view(session, actor=actor_for(user))


def test_whoever_may_only_use_it_makes_read_only_addresses(
    session: BrowserSession, user: User, make_user: Callable[..., User]
) -> None:
    friend = make_user()
    share_session(session, actor=actor_for(user), to=friend.email, level=Level.USE)
    assert mint_view(session, actor=actor_for(friend))
    with pytest.raises(NotAllowed):
        mint_view(session, actor=actor_for(friend), interactive=True)


def test_a_viewer_is_no_client(session: BrowserSession, user: User, gateway: Process) -> None:
    row = open_viewer(session, actor=actor_for(user), gateway=gateway)
    session.refresh_from_db()
    assert session.state == "claimed"
    assert not live_connections(session).exists()
    assert with_clients(BrowserSession.objects.filter(pk=session.pk)).get().clients == 0  # type: ignore[attr-defined]
    close_connection(row)
    session.refresh_from_db()
    assert session.stop_requested_at is None


def test_the_last_client_s_leaving_ends_a_session_that_is_watched(pool: Pool, user: User) -> None:
    session, client = make_running_session(user)
    open_viewer(session, actor=actor_for(user), gateway=make_gateway())
    close_connection(client)
    session.refresh_from_db()
    assert session.end_reason == "client_disconnected"


def test_viewers_of_a_ticket_go_with_it(session: BrowserSession, user: User, gateway: Process) -> None:
    ticket, _ = mint_view(session, actor=actor_for(user))
    row = open_viewer(session, actor=actor_for(user), gateway=gateway, ticket=ticket)
    assert to_cut(gateway, revoked=[]) == {}
    revoke_view(session, ticket.public_id, actor=actor_for(user))
    assert to_cut(gateway, revoked=[]) == {row.public_id: "revoked"}
    assert Entry.objects.filter(action="ticket.revoked").exists()


def test_they_go_when_its_time_is_over(session: BrowserSession, user: User, gateway: Process) -> None:
    ticket, _ = mint_view(session, actor=actor_for(user))
    row = open_viewer(session, actor=actor_for(user), gateway=gateway, ticket=ticket)
    Ticket.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert to_cut(gateway, revoked=[]) == {row.public_id: "revoked"}


def test_whoever_may_no_longer_control_it_loses_the_interactive_view(
    session: BrowserSession, user: User, gateway: Process, make_user: Callable[..., User]
) -> None:
    friend = make_user()
    share_session(session, actor=actor_for(user), to=friend.email, level=Level.MANAGE)
    ticket, secret = mint_view(session, actor=actor_for(friend), interactive=True)
    row = open_viewer(session, actor=actor_for(friend), gateway=gateway, ticket=ticket)
    share_session(session, actor=actor_for(user), to=friend.email, level=Level.USE)
    assert to_cut(gateway, revoked=[]) == {row.public_id: "revoked"}
    with pytest.raises(Unauthenticated):
        redeem_view(secret)


def test_whoever_may_not_use_it_any_more_loses_every_view(
    session: BrowserSession, user: User, gateway: Process, make_user: Callable[..., User]
) -> None:
    friend = make_user()
    share = share_session(session, actor=actor_for(user), to=friend.email, level=Level.USE)
    ticket, _ = mint_view(session, actor=actor_for(friend))
    row = open_viewer(session, actor=actor_for(friend), gateway=gateway, ticket=ticket)
    unshare_session(session, share.public_id, actor=actor_for(user))
    assert to_cut(gateway, revoked=[]) == {row.public_id: "revoked"}


def test_addresses_of_others_are_seen_and_closed_by_whoever_controls_the_session(
    session: BrowserSession, user: User, make_user: Callable[..., User]
) -> None:
    friend = make_user()
    share_session(session, actor=actor_for(user), to=friend.email, level=Level.USE)
    mine, _ = mint_view(session, actor=actor_for(user))
    theirs, _ = mint_view(session, actor=actor_for(friend))
    assert list(views_of(session, actor=actor_for(user))) == [theirs, mine]
    assert list(views_of(session, actor=actor_for(friend))) == [theirs]
    with pytest.raises(NotFound):
        revoke_view(session, mine.public_id, actor=actor_for(friend))


def test_an_open_view_stands_for_one_socket(session: BrowserSession, user: User, gateway: Process) -> None:
    open_viewer(session, actor=actor_for(user), gateway=gateway)
    assert Connection.objects.get().kind == Connection.Kind.VIEWER
