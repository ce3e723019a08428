"""Tokens: issued once, stored as a hash, as strong as their owner within their scopes, dead when revoked."""

import hmac
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from apps.access.actor import Actor
from apps.access.permissions import Permission, Scope
from apps.accounts.models import User
from apps.core.errors import Invalid, NotAllowed, Unauthenticated
from apps.core.secrets import keyed_hash
from apps.events import bus
from apps.events.models import Event
from apps.tokens import services
from apps.tokens.models import ApiToken
from apps.tokens.queries import own_tokens
from apps.tokens.services import authenticate, issue_token, rename_token, revoke_token, revoked
from tests.factories.people import actor_for, make_token
from tests.support.moving_clock import MovingClock, moving_clock

pytestmark = pytest.mark.django_db
STATIC = "fixed-token-of-24-letters-or-more"


@pytest.fixture
def time() -> Iterator[MovingClock]:
    with moving_clock() as moved:
        yield moved


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    return make_user()


@pytest.fixture
def configured(settings: Settings) -> Iterator[Callable[..., None]]:
    """`configured("token=email", …)`: static tokens."""

    def configure(*entries: str) -> None:
        from dataclasses import replace

        settings.GRID = replace(settings.GRID, static_tokens=entries)
        services.static_tokens.cache_clear()

    yield configure
    services.static_tokens.cache_clear()


def test_the_secret_is_seen_once_and_only_its_keyed_hash_is_stored(user: User) -> None:
    token, secret = make_token(user)
    stored = str(ApiToken.objects.values().get())
    assert secret not in stored
    assert secret[7:-4] not in stored
    assert token.hash == keyed_hash(secret)
    assert (token.start, token.last4) == (secret[:7], secret[-4:])


def test_a_token_stands_for_its_owner(user: User) -> None:
    token, secret = make_token(user)
    actor = authenticate(secret)
    assert (actor.user, actor.credential, actor.scopes) == (user, token.public_id, None)


def test_a_tokens_power_is_its_owners_within_its_scopes(user: User) -> None:
    _, secret = make_token(user, scopes=[Scope.SESSIONS_READ])
    actor = authenticate(secret)
    actor.require(Permission.SESSION_VIEW)
    for permission in set(Permission) - {Permission.SESSION_VIEW}:
        with pytest.raises(NotAllowed):
            actor.require(permission)


def test_no_scopes_at_all_is_no_power_and_not_all_of_it(user: User) -> None:
    _, secret = make_token(user, scopes=[])
    assert authenticate(secret).scopes == frozenset()


def test_a_token_makes_none_that_is_stronger_than_itself(user: User) -> None:
    narrow = actor_for(user, scopes=[Scope.TOKENS_WRITE, Scope.SESSIONS_READ])
    with pytest.raises(NotAllowed):
        issue_token(actor=narrow, name="x", scopes=[Scope.SESSIONS_WRITE])
    token, _ = issue_token(actor=narrow, name="x")
    assert set(token.scopes) == {Scope.TOKENS_WRITE, Scope.SESSIONS_READ}
    token, _ = issue_token(actor=narrow, name="x", scopes=[Scope.SESSIONS_READ])
    assert token.scopes == [Scope.SESSIONS_READ]


def test_who_may_not_manage_tokens_makes_none(user: User) -> None:
    with pytest.raises(NotAllowed):
        issue_token(actor=actor_for(user, scopes=[Scope.SESSIONS_WRITE]), name="x")
    with pytest.raises(NotAllowed):
        issue_token(actor=Actor.system(), name="x")


def test_a_token_has_a_name_and_an_expiry_to_come(user: User, time: MovingClock) -> None:
    with pytest.raises(Invalid, match="name"):
        issue_token(actor=actor_for(user), name="  ")
    with pytest.raises(Invalid, match="name"):
        issue_token(actor=actor_for(user), name="a\x00b")
    with pytest.raises(Invalid) as refused:
        issue_token(actor=actor_for(user), name="x", expires_at=time.now)
    assert "expires_at" in refused.value.fields


def test_a_name_that_is_too_long_is_refused_and_not_cut(user: User) -> None:
    token, _ = make_token(user, name="x" * 120)
    with pytest.raises(Invalid, match="120"):
        rename_token(token, "x" * 121, actor=actor_for(user))
    with pytest.raises(Invalid, match="120"):
        make_token(user, name="x" * 121)


@pytest.mark.parametrize("act", [revoke_token, lambda token, *, actor: rename_token(token, "mine now", actor=actor)])
def test_a_service_does_not_take_its_callers_word_for_whose_token_it_is(
    act: Callable[..., object], user: User, make_user: Callable[..., User]
) -> None:
    token, secret = make_token(user)
    with pytest.raises(NotAllowed):
        act(token, actor=actor_for(make_user()))
    assert authenticate(secret).user == user


def test_an_expired_token_no_longer_works(user: User, time: MovingClock) -> None:
    token, secret = make_token(user, expires_at=time.now + timedelta(seconds=60))
    time.forward(59.9)
    authenticate(secret)
    assert revoked([token.public_id]) == set()
    time.forward(0.1)
    with pytest.raises(Unauthenticated):
        authenticate(secret)
    assert revoked([token.public_id]) == {token.public_id}


def test_a_revoked_token_no_longer_works_and_that_is_told_once(user: User) -> None:
    token, secret = make_token(user)
    for _ in range(2):
        revoke_token(token, actor=actor_for(user))
    with pytest.raises(Unauthenticated):
        authenticate(secret)
    assert Event.objects.filter(type="token.revoked", owner=user).count() == 1
    assert token.public_id in str(Event.objects.get(type="token.revoked").data)


def test_gateways_are_told_of_a_revocation_after_it_is_committed(
    user: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    said: list[tuple[str, Any]] = []
    monkeypatch.setattr(bus, "hint", lambda topic, message=None: said.append((topic, message)))
    token, _ = make_token(user)
    with django_capture_on_commit_callbacks(execute=True):
        revoke_token(token, actor=actor_for(user))
        assert said == []
    assert (bus.Topic.REVOKED, token.public_id) in said


def test_a_suspended_persons_tokens_no_longer_work(user: User) -> None:
    token, secret = make_token(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(Unauthenticated):
        authenticate(secret)
    web = actor_for(user).credential
    assert revoked([token.public_id, web]) == {token.public_id, web}


def test_what_never_was_a_credential_of_ours_is_not_called_revoked(user: User) -> None:
    token, _ = make_token(user)
    assert revoked([token.public_id, actor_for(user).credential, "system", "setup", ""]) == set()
    assert revoked([]) == set()


def test_a_token_whose_row_is_gone_is_revoked(user: User) -> None:
    token, _ = make_token(user)
    word = token.public_id
    token.delete()
    assert revoked([word]) == {word}


@pytest.mark.parametrize(
    "secret", ["", "bg_", "bg_" + "a" * 38, "nonsense", "bg_\udcff", "é" * 41, "\x00", "a" * 100_000]
)
def test_whatever_is_wrong_the_words_are_the_same(secret: str, user: User) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticate(secret)
    assert (refused.value.status, str(refused.value)) == (401, str(Unauthenticated()))


def test_a_typo_costs_no_query(user: User, django_assert_num_queries: Any) -> None:
    _, secret = make_token(user)
    with django_assert_num_queries(0), pytest.raises(Unauthenticated):
        authenticate(secret[:-1] + ("a" if secret[-1] != "a" else "b"))


def test_last_use_is_written_at_most_once_a_minute(
    user: User, time: MovingClock, django_assert_num_queries: Any
) -> None:
    token, secret = make_token(user)
    authenticate(secret)
    token.refresh_from_db()
    assert token.last_used_at == time.now
    time.forward(59)
    with django_assert_num_queries(1):
        authenticate(secret)
    later = time.forward(2)
    authenticate(secret)
    token.refresh_from_db()
    assert token.last_used_at == later


def test_tokens_survive_a_new_key_in_front_of_the_ring(user: User, settings: Settings) -> None:
    _, secret = make_token(user)
    settings.KEY_RING = ("a-new-key", *settings.KEY_RING)
    assert authenticate(secret).user == user


@pytest.mark.database
def test_no_two_tokens_share_a_hash(user: User) -> None:
    token, _ = make_token(user)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.create(owner=user, name="x", hash=token.hash, start="bg_", last4="abcd")


def test_a_person_sees_their_own_tokens_newest_first(
    user: User, make_user: Callable[..., User], time: MovingClock
) -> None:
    first, _ = make_token(user)
    make_token(make_user(staff=True))
    second, _ = make_token(user)
    assert set(own_tokens(actor_for(user))) == {first, second}


def test_a_static_token_makes_its_person_who_is_never_staff(configured: Callable[..., None]) -> None:
    configured(f"{STATIC}=robot@example.com")
    actor = authenticate(STATIC)
    assert actor.user is not None
    assert (actor.user.email, actor.user.is_staff, actor.user.is_superuser) == ("robot@example.com", False, False)
    assert authenticate(STATIC).user == actor.user
    assert STATIC not in actor.credential
    assert actor.credential.startswith("static_")


def test_a_static_token_finds_its_person_whatever_the_case(
    configured: Callable[..., None], make_user: Callable[..., User]
) -> None:
    configured(f"{STATIC}=Robot@Example.com")
    user = make_user("robot@example.com")
    assert authenticate(STATIC).user == user
    assert revoked([authenticate(STATIC).credential]) == set()


def test_a_static_token_may_end_in_equals_signs(configured: Callable[..., None]) -> None:
    configured(f"{STATIC}===robot@example.com")
    assert authenticate(f"{STATIC}==").user is not None


def test_static_tokens_are_compared_in_constant_time_each_of_them(
    configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(f"{STATIC}=one@example.com", f"{STATIC}-second=two@example.com")
    compared: list[bytes] = []
    real = hmac.compare_digest
    monkeypatch.setattr(services.hmac, "compare_digest", lambda a, b: compared.append(a) or real(a, b))
    authenticate(STATIC)
    assert len(compared) == 2


@pytest.mark.parametrize("entry", ["short=me@example.com", f"{STATIC}=nobody", STATIC, f"{'x' * 23}=me@example.com"])
def test_a_static_token_that_is_too_short_or_has_no_person_is_refused_with_the_rule(
    entry: str, configured: Callable[..., None]
) -> None:
    configured(entry)
    assert [problem.id for problem in services.check_static_tokens()] == ["tokens.E001"]
    with pytest.raises(Invalid, match="24 characters"):
        authenticate("anything")


def test_a_static_token_dies_with_its_persons_suspension_and_with_its_setting(configured: Callable[..., None]) -> None:
    configured(f"{STATIC}=robot@example.com")
    credential = authenticate(STATIC).credential
    assert revoked([credential]) == set()
    User.objects.filter(email="robot@example.com").update(is_active=False)
    assert revoked([credential]) == {credential}
    with pytest.raises(Unauthenticated):
        authenticate(STATIC)
    User.objects.filter(email="robot@example.com").update(is_active=True)
    configured()
    assert revoked([credential]) == {credential}
    with pytest.raises(Unauthenticated):
        authenticate(STATIC)


def test_good_static_tokens_and_none_at_all_are_no_problem(configured: Callable[..., None]) -> None:
    configured(f"{STATIC}=robot@example.com")
    assert services.check_static_tokens() == []
    configured()
    assert services.check_static_tokens() == []
