"""What others tell by signals: Django of sign-ins, allauth of passwords and factors, the administration of its rows."""

from typing import Any, cast

from allauth.account import signals as account
from django.apps import apps
from django.contrib.auth import get_user_model, signals
from django.db import transaction
from django.db.models import Model
from django.dispatch import Signal
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.admin import row_changed
from apps.access.callers import address_of
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core.secrets import keyed_hash


def listen() -> None:
    """Once, when all apps are there."""
    _hear(signals.user_logged_in, Action.ACCOUNT_SIGNED_IN)
    _hear(signals.user_logged_out, Action.ACCOUNT_SIGNED_OUT)
    _hear(account.user_signed_up, Action.ACCOUNT_CREATED)
    for signal in (account.password_changed, account.password_set, account.password_reset):
        _hear(signal, Action.ACCOUNT_PASSWORD_CHANGED)
    for signal in (account.email_added, account.email_changed, account.email_removed):
        _hear(signal, Action.ACCOUNT_EMAIL_CHANGED)
    if apps.is_installed("allauth.mfa"):
        from allauth.mfa import signals as factors  # noqa: PLC0415 - its models are there only where it is installed

        _hear(factors.authenticator_added, Action.ACCOUNT_SECOND_FACTOR_ADDED)
        _hear(factors.authenticator_reset, Action.ACCOUNT_SECOND_FACTOR_ADDED)
        _hear(factors.authenticator_removed, Action.ACCOUNT_SECOND_FACTOR_REMOVED)
    signals.user_login_failed.connect(_sign_in_failed, dispatch_uid="audit.sign_in_failed")
    row_changed.connect(_row_changed, dispatch_uid="audit.row_changed")


def _hear(signal: Signal, action: Action) -> None:
    """Signals of the kind `(request, user)`."""

    def heard(*, request: HttpRequest | None = None, user: Any = None, **told: Any) -> None:
        if not isinstance(user, get_user_model()):  # signing out without having been signed in
            return
        with transaction.atomic():
            record(_actor(request, user), action, user, after=_told(told))

    signal.connect(heard, weak=False, dispatch_uid=f"audit.{action}.{id(signal)}")


def _told(told: dict[str, Any]) -> dict[str, Any] | None:
    """What allauth adds: the addresses, the kind of a factor."""
    facts: dict[str, Any] = {}
    for name in ("email_address", "from_email_address", "to_email_address"):
        if (value := told.get(name)) is not None:
            facts[name] = getattr(value, "email", value)
    if (factor := told.get("authenticator")) is not None:
        facts["factor"] = getattr(factor, "type", "")
    return facts or None


def _sign_in_failed(*, credentials: dict[str, Any] | None = None, request: HttpRequest | None = None, **_: Any) -> None:
    """What was typed as a name is kept as a hash: people type passwords there."""
    given = credentials or {}
    typed = str(given.get("email") or given.get("username") or given.get("login") or "").strip().lower()
    users = get_user_model()._default_manager  # noqa: SLF001 - Django's documented name
    subject = users.filter(email=typed).first() if typed else None
    with transaction.atomic():
        name = {"name_hash": keyed_hash(typed)[:16]} if typed and subject is None else None
        actor = Actor(user=None, address=address_of(request) if request is not None else "")
        record(actor, Action.ACCOUNT_SIGN_IN_FAILED, subject, after=name)


def _row_changed(
    *,
    request: HttpRequest,
    row: Model,
    change: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **_: Any,
) -> None:
    action = _action_for(row, change)
    with transaction.atomic():
        entry = {"before": before, "after": after}
        if action is Action.QUOTA_CHANGED:  # its own id says nothing to anybody
            entry["after"] = {**(after or {}), "name": str(row)}
        record(_actor(request, request.user), action, row, **entry)


def _action_for(row: Model, change: str) -> Action:
    if isinstance(row, get_user_model()):
        kinds = {"added": Action.ACCOUNT_CREATED, "changed": Action.ACCOUNT_CHANGED, "removed": Action.ACCOUNT_DELETED}
    elif row._meta.label == "quotas.Quota":  # noqa: SLF001 - Django's documented name
        kinds = dict.fromkeys(("added", "changed", "removed"), Action.QUOTA_CHANGED)
    else:
        kinds = {"added": Action.ROW_ADDED, "changed": Action.ROW_CHANGED, "removed": Action.ROW_REMOVED}
    return kinds[change]


def _actor(request: HttpRequest | None, user: Any) -> Actor:
    return Actor.by_cookie(cast(Any, user), address_of(request) if request is not None else "")
