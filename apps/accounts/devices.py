"""Where a person is signed in: one row for each browser, made at its sign-in, kept as fresh as a minute.

The session's row decides whether a browser is signed in. These rows only say whose it is, and where and when it was
seen; they hold the same hash of the cookie, never the cookie.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.callers import address_of
from apps.access.lookup import one_of
from apps.accounts.cookie_sessions import stored
from apps.accounts.models import Device, User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.events import bus

GRAIN = timedelta(minutes=1)  # `last_seen_at` is written at most this often


def note_device(request: HttpRequest, user: User) -> None:
    """This browser is signed in as that person, here and now. Repeatable."""
    key = request.session.session_key
    if not key:
        return
    now = clock.now()
    facts = {
        "user": user,
        "epoch": user.sign_out_epoch,
        "address": address_of(request)[:45],
        "user_agent": request.headers.get("User-Agent", "")[:200],
        "last_seen_at": now,
    }
    rows = Device.objects.filter(session_key=stored(key))
    if not rows.update(**facts):
        rows.get_or_create(session_key=stored(key), defaults=facts)


def devices_of(user: User) -> QuerySet[Device]:
    """Those still signed in, the one seen last first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=clock.now())
    here = Device.objects.filter(Exists(alive), user=user, epoch=user.sign_out_epoch)
    return here.order_by("-last_seen_at")


def own_device(user: User, public_id: str) -> Device:
    """One of that person's own: nobody else's, not even for staff. Raises NotFound."""
    return one_of(devices_of(user), public_id)


def is_this(device: Device, session: SessionBase) -> bool:
    return bool(session.session_key) and device.session_key == stored(session.session_key or "")


def end_device(device: Device, *, actor: Actor) -> None:
    """That browser is signed out; its open pages notice within two seconds."""
    with transaction.atomic():
        _end([device.session_key])
        record(actor, Action.ACCOUNT_SIGNED_OUT, device.user, after={"device": device.public_id})
    bus.hint_after_commit(bus.Topic.REVOKED, device.public_id)


def end_all(user: User) -> None:
    """Every browser of that person is signed out and what was handed out to them is void. Within the caller's
    transaction."""
    _end(list(Device.objects.filter(user=user).values_list("session_key", flat=True)))
    user.void_sign_ins()


def end_others(user: User, session: SessionBase) -> None:
    """After a new password: `session` goes on, all other browsers are signed out."""
    mine = stored(session.session_key or "")
    others = Device.objects.filter(user=user).exclude(session_key=mine)
    _end(list(others.values_list("session_key", flat=True)))
    Device.objects.filter(session_key=mine).update(epoch=user.sign_out_epoch)


def forget_ended(now: datetime) -> int:
    """Rows of browsers whose sign-in has run out, and run-out sessions themselves."""
    Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    old = Device.objects.filter(~Exists(alive), last_seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    return old.delete()[0]


def _end(session_keys: Collection[str]) -> None:
    Session.objects.filter(session_key__in=session_keys).delete()
    Device.objects.filter(session_key__in=session_keys).delete()
