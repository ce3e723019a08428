"""Tickets: the same one each time, for one session, and dead with whatever minted them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytest_django import Settings

from apps.access.actor import Actor
from apps.access.permissions import Permission, Scope
from apps.accounts.models import User
from apps.core.errors import NotAllowed, Unauthenticated
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession, Ticket
from apps.sessions.tickets import mint, narrowed, redeem, revoke_ticket
from apps.tokens.models import ApiToken
from apps.tokens.services import authenticate, revoke_token
from tests.factories.people import actor_for
from tests.factories.sessions import make_claimed_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(pool: Pool, user: User) -> BrowserSession:
    return make_claimed_session(user)


@pytest.fixture
def token(user: User, make_token: Callable[..., tuple[ApiToken, str]]) -> tuple[ApiToken, Actor]:
    row, secret = make_token(user)
    return row, authenticate(secret)


def test_a_ticket_opens_one_session_for_cdp_and_nothing_else(session: BrowserSession, user: User) -> None:
    redeemed = redeem(mint(session, actor=actor_for(user)))
    assert redeemed.session == session
    assert redeemed.actor.user == user
    assert redeemed.actor.session_id == str(session.pk)
    assert redeemed.actor.scopes == {Scope.SESSIONS_CONNECT}
    assert not redeemed.actor.has_scope(Permission.SESSION_CONTROL)


def test_the_secret_is_32_letters_fit_for_a_host_name_and_is_not_stored(session: BrowserSession, user: User) -> None:
    secret = mint(session, actor=actor_for(user))
    assert len(secret) == 32
    assert set(secret) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert secret not in str(list(Ticket.objects.values()))


def test_minting_again_answers_with_the_same_ticket(session: BrowserSession, user: User) -> None:
    assert mint(session, actor=actor_for(user)) == mint(session, actor=actor_for(user))
    assert Ticket.objects.count() == 1


def test_another_credential_and_another_session_have_tickets_of_their_own(
    session: BrowserSession, user: User, token: tuple[ApiToken, Actor]
) -> None:
    other = make_claimed_session(user)
    secrets = {mint(session, actor=actor_for(user)), mint(session, actor=token[1]), mint(other, actor=token[1])}
    assert len(secrets) == 3


def test_a_host_root_is_a_ticket_apart_and_neither_serves_for_the_other(session: BrowserSession, user: User) -> None:
    plain = mint(session, actor=actor_for(user))
    root = mint(session, actor=actor_for(user), is_host_root=True)
    assert plain != root
    assert redeem(root, is_host_root=True).session == session
    assert redeem(plain, is_host_root=False).session == session
    with pytest.raises(Unauthenticated):
        redeem(plain, is_host_root=True)
    with pytest.raises(Unauthenticated):
        redeem(root, is_host_root=False)


def test_a_ticket_dies_with_the_token_that_minted_it(
    session: BrowserSession, user: User, token: tuple[ApiToken, Actor]
) -> None:
    secret = mint(session, actor=token[1])
    other = mint(session, actor=actor_for(user))
    revoke_token(token[0], actor=actor_for(user))
    with pytest.raises(Unauthenticated):
        redeem(secret)
    assert redeem(other).session == session


def test_a_ticket_dies_with_its_persons_suspension(session: BrowserSession, user: User) -> None:
    secret = mint(session, actor=actor_for(user))
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(Unauthenticated):
        redeem(secret)


def test_a_ticket_can_be_revoked_and_the_next_one_differs(session: BrowserSession, user: User) -> None:
    secret = mint(session, actor=actor_for(user))
    revoke_ticket(Ticket.objects.get())
    with pytest.raises(Unauthenticated):
        redeem(secret)
    assert mint(session, actor=actor_for(user)) != secret


@pytest.mark.parametrize("secret", ["", "a" * 32, "bg_" + "a" * 38, "\x00", "é" * 32, "\udcff"])
def test_what_is_no_ticket_is_refused_in_the_same_words(secret: str, db: None) -> None:
    with pytest.raises(Unauthenticated):
        redeem(secret)


def test_only_who_may_use_sessions_mints_and_the_grid_itself_does_not(session: BrowserSession, user: User) -> None:
    with pytest.raises(NotAllowed):
        mint(session, actor=actor_for(user, scopes=[Scope.SESSIONS_READ]))
    with pytest.raises(NotAllowed):
        mint(session, actor=Actor.system())


def test_a_narrowed_actor_serves_one_session(session: BrowserSession, user: User) -> None:
    assert narrowed(actor_for(user), session) == replace(actor_for(user), session_id=str(session.pk))


def test_a_new_key_in_front_of_the_ring_keeps_tickets_alive(
    session: BrowserSession, user: User, settings: Settings
) -> None:
    secret = mint(session, actor=actor_for(user))
    settings.KEY_RING = ("a-new-key-in-front", *settings.KEY_RING)
    assert redeem(secret).session == session
    assert mint(session, actor=actor_for(user)) == secret


def test_when_the_key_it_was_made_with_is_gone_a_ticket_is_minted_anew(
    session: BrowserSession, user: User, settings: Settings
) -> None:
    mint(session, actor=actor_for(user))
    settings.KEY_RING = ("only-a-new-key",)
    assert redeem(mint(session, actor=actor_for(user))).session == session
