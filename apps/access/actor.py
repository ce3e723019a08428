"""Who acts: a person, through a credential that may narrow what the person may do."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from apps.access.permissions import SCOPE_FOR, Permission, Scope
from apps.core.errors import NotAllowed

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class Actor:
    """`user` None is the grid itself (reconciler, deadlines). `scopes` None: all that the user may do.

    `credential` names what was shown (`tok_…`, `tkt_…`, `static_…`, `web_…`), for audit, rate limits and revocation;
    it is never the secret. `session_id` is set where the credential serves one session only (a ticket).
    """

    user: "User | None"
    credential: str = ""
    scopes: frozenset[Scope] | None = None
    session_id: str | None = None

    @classmethod
    def system(cls) -> Self:
        return cls(user=None, credential="system")

    @classmethod
    def by_cookie(cls, user: "User") -> Self:
        """A signed-in person. `web_…` names them, so that suspending them revokes what they handed out."""
        return cls(user=user, credential=f"web_{user.public_id.removeprefix('usr_')}")

    @property
    def is_system(self) -> bool:
        return self.user is None and self.credential == "system"

    @property
    def sees_all(self) -> bool:
        return self.is_system or bool(self.user and self.user.is_staff)

    def has_scope(self, permission: Permission) -> bool:
        return self.scopes is None or SCOPE_FOR[permission] in self.scopes

    def require(self, permission: Permission) -> None:
        """Raises `NotAllowed` where the credential lacks the scope, whatever the thing."""
        if not self.has_scope(permission):
            raise NotAllowed("missing_scope", f"This token lacks the scope {SCOPE_FOR[permission]}.")
