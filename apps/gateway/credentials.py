"""What a caller shows, and who that is. Cookies never count: a page must not be able to use its reader's browser."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from apps.access.actor import Actor
from apps.core.errors import Unauthenticated
from apps.sessions.models import BrowserSession, Ticket
from apps.sessions.tickets import redeem
from apps.sessions.viewing import redeem_view
from apps.tokens.services import authenticate

_APPENDED = re.compile(r"(?:/json/version)+/?\Z")


@dataclass(frozen=True)
class Shown:
    """The secrets of one request; neither is ever printed."""

    token: str = field(default="", repr=False)
    ticket: str = field(default="", repr=False)


@dataclass(frozen=True)
class Known:
    """Who calls; with a ticket also for which session."""

    actor: Actor
    session: BrowserSession | None = None
    ticket: Ticket | None = None

    def seen_at(self, address: str) -> "Known":
        return replace(self, actor=replace(self.actor, address=address))


def shown(headers: Mapping[str, str], query: Mapping[str, str]) -> Shown:
    """`Authorization: Bearer`, `X-API-Key`, `?token=`, the password or name of `Authorization: Basic`; `?ticket=`."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    bearer = value.strip() if scheme.lower() == "bearer" else ""
    basic = _basic(value.strip()) if scheme.lower() == "basic" else ""
    token = bearer or headers.get("x-api-key", "").strip() or query.get("token", "") or basic
    return Shown(_trimmed(token), _trimmed(query.get("ticket", "")))


def known_by_token(secrets: Shown) -> Known:
    """For claims. Raises Unauthenticated; with a ticket alone the claim itself is refused later."""
    if not secrets.token and secrets.ticket:
        return Known(redeem(secrets.ticket).actor)
    if not secrets.token:
        raise Unauthenticated
    return Known(authenticate(secrets.token))


def known_for_session(secrets: Shown) -> Known:
    """For a session's own addresses, where the narrower credential goes first. Raises Unauthenticated."""
    if not secrets.ticket:
        return known_by_token(secrets)
    return known_by_ticket(secrets.ticket, is_host_root=False)


def known_by_ticket(secret: str, *, is_host_root: bool) -> Known:
    redeemed = redeem(secret, is_host_root=is_host_root)
    return Known(redeemed.actor, redeemed.session, redeemed.ticket)


def known_viewer(secrets: Shown) -> Known:
    """Only tickets open a live view: a page's address may be passed on, a token may not. Raises Unauthenticated."""
    redeemed = redeem_view(secrets.ticket)
    return Known(redeemed.actor, redeemed.session, redeemed.ticket)


def _basic(value: str) -> str:
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ""
    return password or name


def _trimmed(secret: str) -> str:
    return _APPENDED.sub("", secret)
