"""How a client joins a session that is there: the lines for each, masked until somebody asks for the address."""

from dataclasses import dataclass

from apps.access.actor import Actor
from apps.access.lookup import may
from apps.access.outside import Origin
from apps.access.permissions import Permission
from apps.dashboard.snippets import Snippet, for_session
from apps.sessions.lifecycle import IN_USE
from apps.sessions.models import BrowserSession
from apps.sessions.tickets import mint

MASK = "••••••••"


@dataclass(frozen=True)
class Joining:
    snippets: list[Snippet]
    is_masked: bool


def joining(session: BrowserSession, actor: Actor, origin: Origin, *, shows_address: bool) -> Joining | None:
    """None where no client can come any more, or not by this person. A ticket is minted only to be shown."""
    if session.state not in IN_USE or session.stop_requested_at is not None:
        return None
    if not may(actor, Permission.SESSION_USE, session):
        return None
    ticket = mint(session, actor=actor) if shows_address else MASK
    root = origin.below(f"{mint(session, actor=actor, is_host_root=True)}.connect") if shows_address else None
    if not shows_address:
        root = origin.below(f"{MASK}.connect")
    address = f"{origin.ws}/sessions/{session.public_id}/connect?ticket={ticket}"
    return Joining(for_session(origin, session.public_id, address, root), is_masked=not shows_address)
