"""The end of an account: what goes, what stays without a name, and who cannot go."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from apps.accounts.devices import devices_of
from apps.accounts.models import Membership, Role, Team, User
from apps.accounts.teams import create_team, join
from apps.core.errors import Conflict
from apps.events.models import Event
from apps.personal.deletion import consequence_for, delete_account, finish_deletions
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession
from apps.tokens.services import revoked
from tests.factories.people import PASSWORD, actor_for, make_token, make_user, signed_in_device
from tests.factories.pools import make_pool
from tests.factories.sessions import make_claimed_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ann(db: None) -> User:
    user = make_user("ann@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_what_runs_is_ended_and_what_lets_in_is_void(ann: User) -> None:
    token, _ = make_token(ann)
    make_pool(ann)
    session, actor = make_claimed_session(ann), actor_for(ann)
    signed_in_device(ann)
    delete_account(ann, actor=actor)
    session.refresh_from_db()
    assert session.stop_requested_at is not None
    assert not Pool.current.filter(owner=ann).exists()
    assert revoked([token.public_id, actor.credential]) == {token.public_id, actor.credential}
    assert devices_of(ann).count() == 0


def test_nothing_of_who_it_was_is_left(ann: User) -> None:
    ann.name = "Ann Smith"
    ann.save()
    TOTP.activate(ann, "JBSWY3DPEHPK3PXP")
    make_claimed_session(ann, name="secret plan", metadata={"customer": "Acme"})
    delete_account(ann, actor=actor_for(ann))
    row = User.objects.get(pk=ann.pk)
    assert row.email.endswith("@deleted.invalid")
    assert (row.name, row.is_active, row.has_usable_password()) == ("", False, False)
    assert not EmailAddress.objects.filter(user=ann).exists()
    assert not Authenticator.objects.filter(user=ann).exists()
    session = BrowserSession.objects.get(owner=ann)
    assert (session.name, session.metadata) == ("", {})


def test_history_stays(ann: User) -> None:
    make_claimed_session(ann)
    before = Event.objects.filter(owner=ann).count()
    delete_account(ann, actor=actor_for(ann))
    assert Event.objects.filter(owner=ann).count() >= before
    assert BrowserSession.objects.filter(owner=ann).exists()


def test_the_address_is_free_again(ann: User) -> None:
    delete_account(ann, actor=actor_for(ann))
    assert make_user("ann@example.com").pk != ann.pk


def test_the_last_superuser_stays() -> None:
    boss = make_user("boss@example.com", superuser=True)
    with pytest.raises(Conflict, match="last superuser"):
        delete_account(boss, actor=actor_for(boss))
    boss.refresh_from_db()
    assert boss.is_active
    make_user("other@example.com", superuser=True)
    delete_account(boss, actor=actor_for(boss))
    boss.refresh_from_db()
    assert not boss.is_active


def test_the_last_manager_of_others_stays_too(ann: User) -> None:
    team = create_team("Testers", actor=actor_for(ann))
    bob = make_user("bob@example.com")
    join(team, bob, Role.MEMBER, actor=actor_for(ann))
    assert "Testers" in consequence_for(ann).obstacle
    with pytest.raises(Conflict, match="Testers"):
        delete_account(ann, actor=actor_for(ann))
    join(team, bob, Role.MANAGER, actor=actor_for(ann))
    delete_account(ann, actor=actor_for(ann))
    assert not Membership.objects.filter(user=ann).exists()


def test_a_team_of_nobody_else_goes_with_them(ann: User) -> None:
    create_team("Alone", actor=actor_for(ann))
    delete_account(ann, actor=actor_for(ann))
    assert not Team.objects.exists()


def test_what_a_crash_left_running_is_ended_later(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    session = make_claimed_session(ann)
    monkeypatch.setattr("apps.personal.deletion.end_belongings", lambda user: None)
    delete_account(ann, actor=actor_for(ann))
    monkeypatch.undo()
    assert finish_deletions() == 1
    session.refresh_from_db()
    assert session.stop_requested_at is not None
    assert finish_deletions() == 0


def test_the_page_asks_who_it_is_and_for_the_address(ann: User) -> None:
    client = Client()
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    asked = client.get("/settings/data/delete/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post("/settings/data/delete/", {"email": "bob@example.com"}).status_code == 422
    assert User.objects.get(pk=ann.pk).is_active
    assert client.post("/settings/data/delete/", {"email": "Ann@example.com"})["Location"] == "/accounts/login/"
    assert not User.objects.get(pk=ann.pk).is_active
