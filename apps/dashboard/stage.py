"""The stage of a live session: where its picture comes from, who may act on it, and who has control."""

from dataclasses import dataclass

from django.urls import reverse

from apps.access.actor import Actor
from apps.access.lookup import may
from apps.access.permissions import Permission
from apps.sessions import takeover
from apps.sessions.lifecycle import IN_USE
from apps.sessions.models import BrowserSession, Ticket

USUAL = (1280, 720)


@dataclass(frozen=True)
class Stage:
    """`ticket` is given where there is nobody signed in; else the page asks for one."""

    id: str
    src: str
    width: int
    height: int
    ticket: str = ""
    is_control: bool = False  # the ticket is interactive
    can_control: bool = False
    holder: str = ""  # e-mail of who has control
    is_mine: bool = False
    is_wanted: bool = False  # the automation waits for somebody
    reason: str = ""

    @property
    def url(self) -> str:
        return reverse("dashboard:sessions-stage", args=[self.id])


def stage_of(session: BrowserSession, actor: Actor) -> Stage | None:
    """None where there is nothing live, or not for this actor."""
    is_live = session.status in IN_USE and session.stop_requested_at is None
    if not is_live or not may(actor, Permission.SESSION_USE, session):
        return None
    found = takeover.open_takeover(session)
    holder = found.person if found and found.started_at else None
    width, height = _size(session)
    return Stage(
        id=session.public_id,
        src=f"/sessions/{session.public_id}/live",
        width=width,
        height=height,
        can_control=may(actor, Permission.SESSION_CONTROL, session),
        holder=holder.email if holder else "",
        is_mine=holder is not None and actor.user is not None and holder.pk == actor.user.pk,
        is_wanted=found is not None and found.started_at is None,
        reason=found.reason if found else "",
    )


def ticketed_stage(session: BrowserSession, ticket: Ticket, secret: str) -> Stage:
    width, height = _size(session)
    is_control = ticket.purpose == Ticket.Purpose.CONTROL
    src = f"/sessions/{session.public_id}/live"
    return Stage(session.public_id, src, width, height, ticket=secret, is_control=is_control)


def _size(session: BrowserSession) -> tuple[int, int]:
    """That of its first page, until the first frame tells the true one."""
    viewport = session.launch.get("viewport") or {}
    return int(viewport.get("width", USUAL[0])), int(viewport.get("height", USUAL[1]))
