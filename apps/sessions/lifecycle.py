"""The states of a session, every edge between them, and what each counts for. Pure: no clock, no row, no framework."""

from dataclasses import dataclass
from enum import StrEnum


class SessionState(StrEnum):
    PENDING = "pending"  # wanted; nothing exists yet
    STARTING = "starting"  # the provider was asked
    READY = "ready"  # warm, unclaimed, answers CDP
    CLAIMED = "claimed"  # owned, no client attached
    RUNNING = "running"  # owned, at least one client attached
    PAUSED = "paused"  # owned; frozen in place, or hibernated to a snapshot
    STOPPING = "stopping"  # asked to end; the browser is being removed
    COMPLETED = "completed"  # ended as asked
    TIMED_OUT = "timed_out"  # ended by a limit
    ERROR = "error"  # ended by a fault


class Outcome(StrEnum):
    """The terminal state a wish to stop asks for."""

    COMPLETED = "completed"
    TIMED_OUT = "timed_out"
    ERROR = "error"


class EndReason(StrEnum):
    RELEASED = "released"
    CLIENT_DISCONNECTED = "client_disconnected"
    NO_CONNECT = "no_connect"
    IDLE = "idle"
    MAX_DURATION = "max_duration"
    BROWSER_CRASHED = "browser_crashed"
    BROWSER_UNREACHABLE = "browser_unreachable"
    NODE_LOST = "node_lost"
    START_TIMEOUT = "start_timeout"
    IMAGE_PULL = "image_pull"
    OUT_OF_MEMORY = "out_of_memory"
    QUOTA = "quota"
    ADMIN = "admin"
    POOL_DELETED = "pool_deleted"
    POOL_ROTATED = "pool_rotated"
    SHUTDOWN = "shutdown"
    MAINTENANCE = "maintenance"


S = SessionState
EDGES: dict[SessionState, frozenset[SessionState]] = {
    S.PENDING: frozenset({S.STARTING, S.STOPPING, S.ERROR}),
    S.STARTING: frozenset({S.READY, S.CLAIMED, S.STOPPING}),
    S.READY: frozenset({S.CLAIMED, S.STOPPING}),
    S.CLAIMED: frozenset({S.RUNNING, S.PAUSED, S.STOPPING}),
    S.RUNNING: frozenset({S.CLAIMED, S.PAUSED, S.STOPPING}),
    S.PAUSED: frozenset({S.CLAIMED, S.RUNNING, S.STARTING, S.STOPPING}),
    S.STOPPING: frozenset({S.COMPLETED, S.TIMED_OUT, S.ERROR}),
    S.COMPLETED: frozenset(),
    S.TIMED_OUT: frozenset(),
    S.ERROR: frozenset(),
}
TERMINAL = frozenset(state for state, onward in EDGES.items() if not onward)
LIVE = frozenset(S) - TERMINAL
IN_USE = frozenset({S.CLAIMED, S.RUNNING, S.PAUSED})


@dataclass(frozen=True)
class Counted:
    """What one session adds to its pool's counters."""

    alive: int = 0
    in_use: int = 0
    starting: int = 0
    ready: int = 0

    def __sub__(self, other: "Counted") -> "Counted":
        return Counted(
            self.alive - other.alive,
            self.in_use - other.in_use,
            self.starting - other.starting,
            self.ready - other.ready,
        )


def counted(state: SessionState, *, owned: bool) -> Counted:
    """A pending or starting session of an owner holds its place in use already, so that claims never overshoot."""
    return Counted(
        alive=int(state in LIVE),
        in_use=int(state in IN_USE or (owned and state in {S.PENDING, S.STARTING})),
        starting=int(state is S.STARTING),
        ready=int(state is S.READY),
    )


# What the client's socket is told when its session ends (contract §3).
CLOSE_CODES: dict[EndReason, int] = {
    EndReason.IDLE: 4008,
    EndReason.MAX_DURATION: 4008,
    EndReason.QUOTA: 4008,
}


def close_code(reason: EndReason) -> int:
    """4008 where a limit ended the session, 4000 otherwise."""
    return CLOSE_CODES.get(reason, 4000)
