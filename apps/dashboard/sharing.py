"""Who else has a session or pool, in words; what the sheet, its page and the panel beside the facts show."""

from dataclasses import dataclass

from django.urls import reverse

from apps.access.actor import Actor
from apps.access.lookup import may
from apps.access.permissions import Level
from apps.accounts.sharing import Share, shares_on
from apps.core.models import Identified
from apps.sessions.sharing import SHAREABLE

MEANINGS: dict[str, dict[Level, str]] = {
    "sessions": {
        Level.VIEW: "See its facts and what happens in it",
        Level.USE: "Connect clients to it, too",
        Level.MANAGE: "Change and release it, too",
    },
    "pools": {
        Level.VIEW: "See its settings and numbers",
        Level.USE: "Claim browsers from it, too",
        Level.MANAGE: "Change, drain, flush and delete it, too",
    },
}
LABELS = {Level.VIEW: "View", Level.USE: "Use", Level.MANAGE: "Manage"}


@dataclass(frozen=True)
class Sharing:
    """Of one thing, as this person sees it. `shares` only for those who may share it."""

    kind: str
    id: str
    name: str
    url: str
    can_share: bool
    shares: tuple[Share, ...]
    owner: str  # of what is another's
    level: str  # what this person was given

    @property
    def shares_url(self) -> str:
        return reverse(f"dashboard:{self.kind}-shares", args=[self.id])

    @property
    def element_id(self) -> str:
        return f"sharing-{self.id}"

    @property
    def word(self) -> str:
        return self.kind.removesuffix("s")


def sharing_of(kind: str, thing: Identified, actor: Actor) -> Sharing:
    what = SHAREABLE[kind]
    owner = getattr(thing, "owner", None)
    is_own = actor.user is not None and owner is not None and owner.pk == actor.user.pk
    can_share = owner is not None and may(actor, what.share, thing)
    return Sharing(
        kind=kind,
        id=thing.public_id,
        name=getattr(thing, "name", "") or thing.public_id,
        url=reverse(f"dashboard:{kind}-one", args=[thing.public_id]),
        can_share=can_share,
        shares=tuple(shares_on(thing)) if can_share else (),
        owner="" if owner is None or is_own else owner.email,
        level="" if is_own or can_share else level_of(kind, thing, actor),
    )


def level_of(kind: str, thing: Identified, actor: Actor) -> str:
    """The meaning of the highest level that the actor was given."""
    use, manage = SHAREABLE[kind].levels
    level = Level.MANAGE if may(actor, manage, thing) else Level.USE if may(actor, use, thing) else Level.VIEW
    return LABELS[level].lower()


def choices(kind: str) -> list[tuple[str, str]]:
    said = MEANINGS[kind].items()
    return [(str(level), f"{LABELS[level]}: {meaning[0].lower()}{meaning[1:]}") for level, meaning in said]
