"""Who acts: a person, through a credential that may narrow what the person may do."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self
from uuid import UUID

from apps.access.permissions import OF_A_POOL, SCOPE_FOR, Permission, Scope
from apps.core.errors import NotAllowed

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class Actor:
    """`user` None is the grid itself (reconciler, deadlines). `scopes` None: all that the user may do.

    `credential` names what was shown (`tok_…`, `tkt_…`, `static_…`, `web_…`), for audit, rate limits and revocation;
    it is never the secret. `session_id` is set where the credential serves one session only (a ticket), `pools` where
    it serves only what belongs to these pools.
    `address` is where the caller was seen, for the audit alone: it grants nothing and makes no actor another one.
    `cookie` is the hash under which the signed-in browser's session is kept, for streams that must end with it.
    """

    user: "User | None"
    credential: str = ""
    scopes: frozenset[Scope] | None = None
    session_id: str | None = None
    pools: frozenset[UUID] | None = None
    address: str = field(default="", compare=False)
    cookie: str = field(default="", compare=False, repr=False)

    @classmethod
    def system(cls) -> Self:
        return cls(user=None, credential="system")

    @classmethod
    def by_cookie(cls, user: "User", address: str = "") -> Self:
        """A signed-in person. `web_…` names them, so that suspending them revokes what they handed out."""
        return cls(user=user, credential=user.web_credential, address=address)

    @cached_property
    def noted(self) -> dict[tuple[Permission, str], frozenset[UUID]]:
        """What was shared with this actor, by permission and prefix, as far as `may_each` has asked for it."""
        return {}

    @property
    def is_system(self) -> bool:
        return self.user is None and self.credential == "system"

    @property
    def sees_all(self) -> bool:
        return self.is_system or bool(self.user and self.user.is_staff)

    def has_scope(self, permission: Permission) -> bool:
        if self.pools is not None and permission not in OF_A_POOL:
            return False
        return self.scopes is None or SCOPE_FOR[permission] in self.scopes

    def require(self, permission: Permission) -> None:
        """Raises `NotAllowed` where the credential lacks the scope, whatever the thing."""
        if self.pools is not None and permission not in OF_A_POOL:
            raise NotAllowed("pools_only", "This token is for the sessions of certain pools, and for nothing else.")
        if not self.has_scope(permission):
            raise NotAllowed("missing_scope", f"This token lacks the scope {SCOPE_FOR[permission]}.")
