"""The clients of a session: when each came and went, what it carried, by which credential."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.core.identifiers import decode
from apps.dashboard.sizes import in_bytes
from apps.sessions.models import Connection
from apps.tokens.models import ApiToken
from apps.tokens.queries import names_of

KINDS = {"tok": "an API token", "static": "a fixed token", "web": "the session's page"}


@dataclass(frozen=True)
class Client:
    """Bytes are counted when it leaves; until then they are empty."""

    id: str
    opened_at: datetime
    closed_at: datetime | None
    sent: str
    received: str
    credential: str

    @property
    def state(self) -> str:
        return "completed" if self.closed_at else "running"


def clients(connections: Sequence[Connection], actor: Actor) -> list[Client]:
    keys = {key for row in connections if (key := decode(ApiToken.prefix, row.credential))}
    names = names_of(actor, keys) if keys and actor.has_scope(Permission.TOKEN_VIEW) else {}
    return [
        Client(
            id=row.public_id,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            sent=in_bytes(row.bytes_up) if row.closed_at else "",
            received=in_bytes(row.bytes_down) if row.closed_at else "",
            credential=_named(row.credential, {str(key): name for key, name in names.items()}),
        )
        for row in connections
    ]


def _named(credential: str, names: dict[str, str]) -> str:
    """A token that the reader may see by its name, all others by their kind."""
    key = decode(ApiToken.prefix, credential)
    if key and str(key) in names:
        return f"token “{names[str(key)]}”"
    return KINDS.get(credential.partition("_")[0], "another credential")
