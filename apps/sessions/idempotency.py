"""One meaning for a repeated request: it creates nothing and answers with what the first has become."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from apps.access.actor import Actor
from apps.core import clock
from apps.core.errors import Conflict, Invalid
from apps.pools.launch_rules import UNSTORABLE
from apps.sessions.claims import Caller, Claimed, claim_session
from apps.sessions.models import IdempotencyKey
from apps.sessions.options import SessionOptions

LONGEST = 255


@dataclass(frozen=True)
class Answer:
    """What was claimed, and whether an earlier request had claimed it."""

    claimed: Claimed
    repeated: bool


def claim_once(caller: Caller, options: SessionOptions, key: str) -> Answer:
    """Claim under `key` (empty: always anew). Raises Invalid `idempotency_mismatch` for another body under the key."""
    if not key:
        return Answer(claim_session(caller, options), repeated=False)
    same = _same(caller.actor, key)
    former = IdempotencyKey.objects.filter(**same).select_related("session__pool", "claim__session__pool").first()
    if former is not None:
        return _repeat(former, options)
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(**same, body_hash=options.fingerprint(), created_at=clock.now())
            claimed = claim_session(caller, options)
            IdempotencyKey.objects.filter(pk=row.pk).update(session=claimed.session, claim=claimed.claim)
    except IntegrityError:  # the same key at the same moment: that request wins
        former = IdempotencyKey.objects.filter(**same).select_related("session__pool", "claim__session__pool").first()
        if former is None:
            raise _in_flight() from None
        return _repeat(former, options)
    return Answer(claimed, repeated=False)


def make_once(actor: Actor, key: str, fingerprint: str, make: Callable[[], str]) -> str:
    """For what is no session: `make` makes something and gives its public id, once per key (empty: always).

    Empty: this call made it. Else the id of what the first request made, which may be gone since. Raises Invalid
    `idempotency_mismatch` for another request, told by its fingerprint, under the key.
    """
    if not key:
        make()
        return ""
    same = _same(actor, key)
    former = IdempotencyKey.objects.filter(**same).first()
    if former is None:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    row = IdempotencyKey.objects.create(**same, body_hash=fingerprint, created_at=clock.now())
            except IntegrityError:  # the same key at the same moment: that request wins
                former = IdempotencyKey.objects.filter(**same).first()
            else:
                IdempotencyKey.objects.filter(pk=row.pk).update(made=make())
                return ""
    if former is None:
        raise _in_flight()
    if former.body_hash != fingerprint:
        raise _mismatch()
    return former.made


def _same(actor: Actor, key: str) -> dict[str, str]:
    """What tells one request from others. Raises Invalid for a key that cannot be kept."""
    if len(key) > LONGEST or UNSTORABLE.search(key):
        words = f"Give at most {LONGEST} printable letters."
        raise Invalid("invalid", f"Idempotency-Key: {words}", fields={"Idempotency-Key": words})
    return {"credential": actor.credential, "key": key}


def _in_flight() -> Conflict:
    return Conflict("in_flight", "A request with this Idempotency-Key is being answered. Try again.")


def _mismatch() -> Invalid:
    return Invalid("idempotency_mismatch", "This Idempotency-Key was used with another request.")


def _repeat(former: IdempotencyKey, options: SessionOptions) -> Answer:
    if former.body_hash != options.fingerprint():
        raise _mismatch()
    if former.claim is not None and former.claim.session is not None:
        return Answer(Claimed(session=former.claim.session), repeated=True)
    return Answer(Claimed(session=former.session, claim=former.claim), repeated=True)


def forget_old(now: datetime) -> int:
    """Keys are kept a day, or until what they made has ended if that is later."""
    old = IdempotencyKey.objects.filter(created_at__lte=now - timedelta(hours=settings.GRID.idempotency_hours))
    ended = Q(session__ended_at__isnull=False) | Q(claim__session__ended_at__isnull=False)
    empty = Q(session__isnull=True, claim__session__isnull=True)
    return old.filter(ended | empty).delete()[0]
