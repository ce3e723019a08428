"""The words for each state of a session. Its colour is in tokens.css, its shape in _symbols.html."""

from dataclasses import dataclass

from apps.sessions.lifecycle import SessionState

S = SessionState


@dataclass(frozen=True)
class StateWords:
    word: str
    meaning: str


WORDS: dict[SessionState, StateWords] = {
    S.PENDING: StateWords("Pending", "Wanted; waiting for room on a node."),
    S.STARTING: StateWords("Starting", "The browser is being started."),
    S.READY: StateWords("Ready", "Warm and waiting to be claimed."),
    S.CLAIMED: StateWords("Claimed", "Yours; no client is connected."),
    S.RUNNING: StateWords("Running", "At least one client is connected."),
    S.PAUSED: StateWords("Paused", "Frozen in place. The next client message wakes it."),
    S.STOPPING: StateWords("Stopping", "Asked to end; the browser is being removed."),
    S.COMPLETED: StateWords("Completed", "Ended as asked."),
    S.TIMED_OUT: StateWords("Timed out", "Ended by a limit."),
    S.ERROR: StateWords("Error", "Ended by a fault."),
}


def words(state: str) -> StateWords:
    return WORDS[SessionState(state)]
