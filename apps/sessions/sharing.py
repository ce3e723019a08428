"""Giving others a share of a session; and what of all can be shared, for faces that offer it alike."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Level, Permission
from apps.accounts.sharing import Share, give_share, take_share
from apps.core import clock
from apps.core.errors import Conflict
from apps.core.models import Identified
from apps.events.catalog import EventType
from apps.pools.models import Pool
from apps.pools.sharing import share_pool, unshare_pool
from apps.sessions.advance import note
from apps.sessions.models import BrowserSession


def share_session(session: BrowserSession, *, actor: Actor, to: str, level: Level) -> Share:
    """With `use` they connect to it; with `manage` they change and end it too. Raises Invalid, Conflict."""
    allow(actor, Permission.SESSION_SHARE, session)
    if session.owner is None:
        raise Conflict("not_claimed", "Nobody has claimed this session.")
    with transaction.atomic():
        BrowserSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        share = give_share(session, to, level, actor=actor, owner=session.owner)
        note(session, EventType.SESSION_SHARED, now=clock.now(), data={"level": str(level)})
    return share


def unshare_session(session: BrowserSession, share_id: str, *, actor: Actor) -> Share:
    """Their clients are cut within two seconds. Raises NotFound."""
    allow(actor, Permission.SESSION_SHARE, session)
    with transaction.atomic():
        BrowserSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        share = take_share(session, share_id, actor=actor)
        note(session, EventType.SESSION_UNSHARED, now=clock.now(), data={"level": str(share.level)})
    return share


@dataclass(frozen=True)
class Shareable:
    """A kind of thing that can be shared. `give` and `take` are its services; `levels` what tells use from manage."""

    model: type[Identified]
    share: Permission
    levels: tuple[Permission, Permission]
    give: Callable[..., Share]
    take: Callable[..., Share]


SHAREABLE: dict[str, Shareable] = {  # by the word of its address
    "pools": Shareable(
        model=Pool,
        share=Permission.POOL_SHARE,
        levels=(Permission.POOL_CLAIM, Permission.POOL_MANAGE),
        give=share_pool,
        take=unshare_pool,
    ),
    "sessions": Shareable(
        model=BrowserSession,
        share=Permission.SESSION_SHARE,
        levels=(Permission.SESSION_USE, Permission.SESSION_CONTROL),
        give=share_session,
        take=unshare_session,
    ),
}
