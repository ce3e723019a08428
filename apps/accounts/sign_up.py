"""Who may make an account: anybody, whoever was invited, or nobody. See BROWSERGRID_SIGNUP."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import checks
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.callers import address_of
from apps.accounts.invitations import IN_SESSION, accept_invitation, invitation_kept
from apps.accounts.models import Invitation, User
from apps.core.errors import GridError

OPEN, INVITATION, CLOSED = "open", "invitation", "closed"
MODES = (OPEN, INVITATION, CLOSED)


def is_open() -> bool:
    return bool(settings.GRID.signup == OPEN)


def may(request: HttpRequest) -> bool:
    """By the mode alone, or by an invitation whose link was opened in this browser."""
    return is_open() or (settings.GRID.signup == INVITATION and invitation_of(request) is not None)


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The one opened in this browser, while it is still good."""
    public_id = request.session.get(IN_SESSION)
    if not public_id:
        return None
    try:
        return invitation_kept(public_id)
    except GridError:
        return None


def done(request: HttpRequest, user: User) -> None:
    """Somebody signed up: their invitation is used up, and its team has a member more."""
    invitation = invitation_of(request)
    request.session.pop(IN_SESSION, None)
    if invitation is not None and invitation.email == user.email.lower():
        accept_invitation(invitation, actor=Actor.by_cookie(user, address_of(request)))


def check_mode(**_: Any) -> Iterable[checks.CheckMessage]:
    """A check of Django's."""
    mode = settings.GRID.signup
    if mode not in MODES:
        yield checks.Error(f"BROWSERGRID_SIGNUP must be one of {', '.join(MODES)}, not {mode!r}.", id="accounts.E001")
    elif mode == OPEN and not settings.MAIL_IS_CONFIGURED:
        told = "BROWSERGRID_SIGNUP=open without BROWSERGRID_EMAIL_URL: anybody may claim any address."
        yield checks.Warning(told, id="accounts.W001")
