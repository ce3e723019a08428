"""Every permission and token scope there is, and which scope a token needs for which permission."""

from enum import StrEnum


class Permission(StrEnum):
    EVENT_VIEW = "event.view"
    POOL_CLAIM = "pool.claim"
    POOL_CREATE = "pool.create"
    POOL_MANAGE = "pool.manage"
    POOL_VIEW = "pool.view"
    SESSION_CONTROL = "session.control"  # take over, end, change
    SESSION_CREATE = "session.create"
    SESSION_USE = "session.use"  # connect a client
    SESSION_VIEW = "session.view"  # see facts
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - a name, not a secret
    TOKEN_VIEW = "token.view"  # noqa: S105


class Scope(StrEnum):
    """What a token may be limited to. A token without scopes is as strong as its owner."""

    EVENTS_READ = "events:read"
    POOLS_READ = "pools:read"
    POOLS_WRITE = "pools:write"
    SESSIONS_CONNECT = "sessions:connect"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    TOKENS_READ = "tokens:read"
    TOKENS_WRITE = "tokens:write"


SCOPE_FOR: dict[Permission, Scope] = {
    Permission.EVENT_VIEW: Scope.EVENTS_READ,
    Permission.POOL_CLAIM: Scope.SESSIONS_CONNECT,
    Permission.POOL_CREATE: Scope.POOLS_WRITE,
    Permission.POOL_MANAGE: Scope.POOLS_WRITE,
    Permission.POOL_VIEW: Scope.POOLS_READ,
    Permission.SESSION_CONTROL: Scope.SESSIONS_WRITE,
    Permission.SESSION_CREATE: Scope.SESSIONS_CONNECT,
    Permission.SESSION_USE: Scope.SESSIONS_CONNECT,
    Permission.SESSION_VIEW: Scope.SESSIONS_READ,
    Permission.TOKEN_MANAGE: Scope.TOKENS_WRITE,
    Permission.TOKEN_VIEW: Scope.TOKENS_READ,
}
