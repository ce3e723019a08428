"""Issue, verify and revoke tokens."""

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.checks import Error
from django.db import transaction
from django.db.models.functions import Lower

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Permission, Scope
from apps.accounts.credentials import void
from apps.accounts.models import User
from apps.accounts.services import person_for_static_token
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Invalid, NotAllowed, Unauthenticated
from apps.core.identifiers import decode, encode
from apps.core.secrets import keyed_hash, keyed_hashes
from apps.events import bus
from apps.events.catalog import EventType
from apps.events.publish import publish
from apps.tokens import token_format
from apps.tokens.models import ApiToken
from apps.tokens.queries import usable

LAST_USE_GRAIN = timedelta(minutes=1)  # `last_used_at` is written at most this often
STATIC_LENGTH = 24
LONGEST_NAME = 120
MOST_POOLS = 50  # that one token may name
STATIC_PREFIX = "static_"


def issue_token(
    *,
    actor: Actor,
    name: str,
    scopes: Collection[Scope] | None = None,
    expires_at: datetime | None = None,
    pools: Collection[UUID] | None = None,
) -> tuple[ApiToken, str]:
    """A new token of the actor's own and its secret, which is never seen again. Never stronger than the actor's own.

    With `pools` it serves only what belongs to these; such a token makes no other.
    """
    actor.require(Permission.TOKEN_MANAGE)
    if actor.user is None:
        raise NotAllowed("no_person", "Only a person can have tokens.")
    wanted = frozenset(scopes) if scopes is not None else None
    if actor.scopes is not None:
        if wanted is not None and not wanted <= actor.scopes:
            raise NotAllowed("missing_scope", "A token cannot make one that is stronger than itself.")
        wanted = actor.scopes if wanted is None else wanted
    called = _name(name)
    if pools is not None and not 0 < len(pools) <= MOST_POOLS:
        words = f"Name 1 to {MOST_POOLS} pools, or leave it out."
        raise Invalid("invalid", f"pools: {words}", fields={"pools": words})
    now = clock.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid("invalid", "The expiry lies in the past.", fields={"expires_at": "Choose a time to come."})
    secret = token_format.make()
    with transaction.atomic():
        token = ApiToken.objects.create(
            owner=actor.user,
            name=called,
            hash=keyed_hash(secret),
            start=secret[:7],
            last4=secret[-4:],
            scopes=sorted(wanted) if wanted is not None else None,
            expires_at=expires_at,
            pools=sorted(str(key) for key in pools) if pools is not None else None,
        )
        publish(EventType.TOKEN_CREATED, at=now, owner_id=actor.user.pk, data={"token": token.public_id})
        after = {"name": token.name, "scopes": token.scopes, "expires_at": token.expires_at}
        named = None if pools is None else [encode("pool", key) for key in sorted(pools)]
        record(actor, Action.TOKEN_CREATED, token, after=after | {"pools": named})
    return token, secret


def revoke_token(token: ApiToken, *, actor: Actor) -> None:
    """Works at once for new requests; open sockets close within two seconds. Repeatable."""
    allow(actor, Permission.TOKEN_MANAGE, token)
    now = clock.now()
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
            publish(EventType.TOKEN_REVOKED, at=now, owner_id=token.owner_id, data={"token": token.public_id})
            bus.hint_after_commit(bus.Topic.REVOKED, token.public_id)
            record(actor, Action.TOKEN_REVOKED, token, before={"name": token.name})


def rename_token(token: ApiToken, name: str, *, actor: Actor) -> ApiToken:
    """Names are for people alone; nothing else about a token ever changes."""
    allow(actor, Permission.TOKEN_MANAGE, token)
    before, token.name = token.name, _name(name)
    with transaction.atomic():
        token.save(update_fields=["name"])
        record(actor, Action.TOKEN_CHANGED, token, before={"name": before}, after={"name": token.name})
    return token


def authenticate(secret: str) -> Actor:
    """The actor behind a token. Raises Unauthenticated, with the same words whatever is wrong."""
    static = _static_user_email(secret)
    if static is not None:
        user = person_for_static_token(static)
        if not user.is_active:
            raise Unauthenticated
        return Actor(user=user, credential=_static_credentials(secret)[0])
    if not token_format.is_well_formed(secret):
        raise Unauthenticated
    now = clock.now()
    token = usable(now).select_related("owner").filter(hash__in=keyed_hashes(secret)).first()
    if token is None:
        raise Unauthenticated
    if token.last_used_at is None or now - token.last_used_at > LAST_USE_GRAIN:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    scopes = None if token.scopes is None else frozenset(Scope(scope) for scope in token.scopes)
    pools = None if token.pools is None else frozenset(UUID(key) for key in token.pools)
    return Actor(user=token.owner, credential=token.public_id, scopes=scopes, pools=pools)


def revoked(credentials: Collection[str]) -> set[str]:
    """Which of these no longer work: tokens revoked, expired, gone or no longer configured, people suspended
    or signed out everywhere."""
    tokens = {key: word for word in credentials if (key := decode(ApiToken.prefix, word))}
    now = clock.now()
    alive = set(usable(now).filter(pk__in=tokens).values_list("pk", flat=True)) if tokens else set()
    return (
        {word for key, word in tokens.items() if key not in alive}
        | void(credentials)
        | _static_gone({word for word in credentials if word.startswith(STATIC_PREFIX)})
    )


def check_static_tokens(**_: Any) -> list[Error]:
    """A check of Django's: a wrong setting ends the start with its rule, not each request with an error."""
    try:
        static_tokens()
    except Invalid as error:
        return [Error(error.detail, id="tokens.E001")]
    return []


def _name(name: str) -> str:
    text = name.strip()
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        words = f"Give the token a name of at most {LONGEST_NAME} letters."
        raise Invalid("invalid", f"name: {words}", fields={"name": words})
    return text


def _static_user_email(secret: str) -> str | None:
    """The e-mail a static token stands for; every configured one is compared, so that time tells nothing."""
    found = None
    for token, email in static_tokens():
        if hmac.compare_digest(token.encode(), secret.encode(errors="replace")):
            found = email
    return found


def _static_gone(words: set[str]) -> set[str]:
    """Those no longer configured, or whose person is suspended."""
    if not words:
        return set()
    emails = {word: email for token, email in static_tokens() for word in _static_credentials(token)}
    active = User.objects.annotate(address=Lower("email")).filter(is_active=True, address__in=emails.values())
    allowed = set(active.values_list("address", flat=True))
    return {word for word in words if emails.get(word) not in allowed}


def _static_credentials(token: str) -> list[str]:
    """Its names under the keys of the ring, the present one first."""
    return [f"{STATIC_PREFIX}{hashed[:16]}" for hashed in keyed_hashes(token)]


@cache
def static_tokens() -> tuple[tuple[str, str], ...]:
    """(token, e-mail) of each that is configured. Raises Invalid for one that is too short or names nobody."""
    pairs = []
    for entry in settings.GRID.static_tokens:
        token, _, email = entry.rpartition("=")  # a token in base64 may end in "="
        if len(token) < STATIC_LENGTH or "@" not in email:
            raise Invalid(
                "static_token", f"BROWSERGRID_STATIC_TOKENS: `token=email`, {STATIC_LENGTH} characters or more."
            )
        pairs.append((token, email.strip().lower()))
    return tuple(pairs)
