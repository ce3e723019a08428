"""Every permission and token scope there is, and which scope a token needs for which permission."""

from enum import StrEnum


class Permission(StrEnum):
    AUDIT_VIEW = "audit.view"
    EVENT_VIEW = "event.view"
    POOL_CLAIM = "pool.claim"
    POOL_CREATE = "pool.create"
    POOL_MANAGE = "pool.manage"
    POOL_SHARE = "pool.share"  # give and withdraw; no share gives it
    POOL_VIEW = "pool.view"
    SESSION_CONTROL = "session.control"  # take over, end, change
    SESSION_CREATE = "session.create"
    SESSION_SHARE = "session.share"  # as with pools
    SESSION_TRANSFER = "session.transfer"  # to a team mate; no share gives it
    SESSION_USE = "session.use"  # connect a client
    SESSION_VIEW = "session.view"  # see facts
    TEAM_CREATE = "team.create"
    TEAM_MANAGE = "team.manage"  # name, members, invitations: its managers
    TEAM_VIEW = "team.view"  # its members
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - a name, not a secret
    TOKEN_VIEW = "token.view"  # noqa: S105
    USAGE_VIEW = "usage.view"


class Scope(StrEnum):
    """What a token may be limited to. A token without scopes is as strong as its owner."""

    AUDIT_READ = "audit:read"
    EVENTS_READ = "events:read"
    POOLS_READ = "pools:read"
    POOLS_WRITE = "pools:write"
    SESSIONS_CONNECT = "sessions:connect"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    TEAMS_READ = "teams:read"
    TEAMS_WRITE = "teams:write"
    TOKENS_READ = "tokens:read"
    TOKENS_WRITE = "tokens:write"
    USAGE_READ = "usage:read"


SCOPE_FOR: dict[Permission, Scope] = {
    Permission.AUDIT_VIEW: Scope.AUDIT_READ,
    Permission.EVENT_VIEW: Scope.EVENTS_READ,
    Permission.POOL_CLAIM: Scope.SESSIONS_CONNECT,
    Permission.POOL_CREATE: Scope.POOLS_WRITE,
    Permission.POOL_MANAGE: Scope.POOLS_WRITE,
    Permission.POOL_SHARE: Scope.POOLS_WRITE,
    Permission.POOL_VIEW: Scope.POOLS_READ,
    Permission.SESSION_CONTROL: Scope.SESSIONS_WRITE,
    Permission.SESSION_CREATE: Scope.SESSIONS_CONNECT,
    Permission.SESSION_SHARE: Scope.SESSIONS_WRITE,
    Permission.SESSION_TRANSFER: Scope.SESSIONS_WRITE,
    Permission.SESSION_USE: Scope.SESSIONS_CONNECT,
    Permission.SESSION_VIEW: Scope.SESSIONS_READ,
    Permission.TEAM_CREATE: Scope.TEAMS_WRITE,
    Permission.TEAM_MANAGE: Scope.TEAMS_WRITE,
    Permission.TEAM_VIEW: Scope.TEAMS_READ,
    Permission.TOKEN_MANAGE: Scope.TOKENS_WRITE,
    Permission.TOKEN_VIEW: Scope.TOKENS_READ,
    Permission.USAGE_VIEW: Scope.USAGE_READ,
}

# All that a token for certain pools may be used for: what belongs to a pool. It makes no tokens, teams or pools.
OF_A_POOL = frozenset(
    {
        Permission.EVENT_VIEW,
        Permission.POOL_CLAIM,
        Permission.POOL_MANAGE,
        Permission.POOL_SHARE,
        Permission.POOL_VIEW,
        Permission.SESSION_CONTROL,
        Permission.SESSION_CREATE,
        Permission.SESSION_SHARE,
        Permission.SESSION_TRANSFER,
        Permission.SESSION_USE,
        Permission.SESSION_VIEW,
    }
)


class Level(StrEnum):
    """How much of a pool or session somebody else is given. Each contains the one before."""

    VIEW = "view"
    USE = "use"
    MANAGE = "manage"


_VIEW = frozenset({Permission.EVENT_VIEW, Permission.POOL_VIEW, Permission.SESSION_VIEW})
_USE = _VIEW | {Permission.POOL_CLAIM, Permission.SESSION_USE}
_MANAGE = _USE | {Permission.POOL_MANAGE, Permission.SESSION_CONTROL}
GIVES: dict[Level, frozenset[Permission]] = {Level.VIEW: _VIEW, Level.USE: _USE, Level.MANAGE: _MANAGE}


def levels_with(permission: Permission) -> tuple[Level, ...]:
    """The levels that give it; none where a share never does."""
    return tuple(level for level in Level if permission in GIVES[level])


def view_of(permission: Permission) -> Permission:
    """What one must hold to be told "not allowed" instead of "not found"."""
    return Permission(f"{permission.partition('.')[0]}.view")
