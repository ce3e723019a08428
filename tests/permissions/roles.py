"""Who knocks: every kind of caller, as a Django test client."""

from dataclasses import dataclass
from datetime import timedelta

from django.test import Client

from apps.access.permissions import Level, Scope
from apps.accounts.invitations import invite
from apps.accounts.models import User
from apps.core import clock
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession
from apps.sessions.tickets import mint
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token
from tests.factories.people import actor_for, make_token, make_user
from tests.factories.teams import make_team, share

READS = [scope for scope in Scope if scope.endswith(":read")]
NOBODY = ("anonymous", "expired", "revoked", "suspended", "ticket")  # known to no program face
SOMEBODY = ("a", "b", "staff", "reader")  # as a row names them; see teams_table for the mate and the pooled token


@dataclass(frozen=True)
class People:
    a: User
    b: User
    mate: User
    staff: User
    superuser: User
    suspended: User


def people() -> People:
    return People(
        a=make_user("a@example.com"),
        b=make_user("b@example.com"),
        mate=make_user("mate@example.com"),
        staff=make_user("staff@example.com", staff=True),
        superuser=make_user("super@example.com", superuser=True),
        suspended=make_user("suspended@example.com"),
    )


def team_things(those: People, session: BrowserSession, pool: Pool) -> dict[str, str]:
    """A's team with the mate in it, an invitation to it, and A's session and pool shared with it for use."""
    team = make_team(those.a, those.mate)
    invited = invite("invited@example.com", actor=actor_for(those.a), origin="http://localhost", team=team)
    return {
        "team": team.public_id,
        "member": those.mate.public_id,
        "invitation": invited.invitation.public_id,
        "session_share": share(session, team, Level.USE),
        "pool_share": share(pool, team, Level.USE),
    }


def programs(those: People, session: BrowserSession) -> dict[str, Client]:
    """By tokens, one of them for A's pool alone, and by a ticket for A's session."""
    people = ("a", "b", "mate", "staff", "superuser", "suspended")
    secrets = {role: make_token(getattr(those, role))[1] for role in people}
    secrets["reader"] = make_token(those.a, scopes=READS)[1]
    secrets["pooled"] = make_token(those.a, pools=[Pool.objects.get(owner=those.a).pk])[1]
    token, secrets["revoked"] = make_token(those.a)
    revoke_token(token, actor=actor_for(those.a))
    token, secrets["expired"] = make_token(those.a, expires_at=clock.now() + timedelta(hours=1))
    ApiToken.objects.filter(pk=token.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    secrets["ticket"] = mint(session, actor=actor_for(those.a))
    _suspend(those)
    clients = {role: _client({"Authorization": f"Bearer {secret}"}) for role, secret in secrets.items()}
    return {"anonymous": _client(), **clients}


def browsers(those: People) -> dict[str, Client]:
    """By cookies; and by a token, which opens no page."""
    clients = {role: _client() for role in ("a", "b", "mate", "staff", "superuser", "suspended")}
    for role, client in clients.items():
        client.force_login(getattr(those, role), backend="django.contrib.auth.backends.ModelBackend")
    by_token = _client({"Authorization": f"Bearer {make_token(those.staff)[1]}"})
    _suspend(those)
    return {"anonymous": _client(), "token": by_token, **clients}


def _suspend(those: People) -> None:
    User.objects.filter(pk=those.suspended.pk).update(is_active=False)


def _client(headers: dict[str, str] | None = None) -> Client:
    return Client(raise_request_exception=False, headers=headers or {})
