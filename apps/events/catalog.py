"""Every type of event there is. The first word is what it is about."""

from enum import StrEnum


class EventType(StrEnum):
    SESSION_CREATED = "session.created"
    SESSION_STARTING = "session.starting"
    SESSION_READY = "session.ready"
    SESSION_CLAIMED = "session.claimed"
    SESSION_CONNECTED = "session.connected"
    SESSION_DISCONNECTED = "session.disconnected"
    SESSION_PAUSED = "session.paused"
    SESSION_RESUMED = "session.resumed"
    SESSION_RELAUNCHED = "session.relaunched"
    SESSION_STOPPING = "session.stopping"
    SESSION_ENDED = "session.ended"
    SESSION_MARKED = "session.marked"
    SESSION_SHARED = "session.shared"
    SESSION_UNSHARED = "session.unshared"
    SESSION_TRANSFERRED = "session.transferred"
    POOL_CREATED = "pool.created"
    POOL_CHANGED = "pool.changed"
    POOL_DELETED = "pool.deleted"
    POOL_EXHAUSTED = "pool.exhausted"
    POOL_SCALED = "pool.scaled"
    POOL_SHARED = "pool.shared"
    POOL_UNSHARED = "pool.unshared"
    TOKEN_CREATED = "token.created"  # noqa: S105 - a name, not a secret
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
