"""Why a session ended, in words: what happened, why, and what to do."""

from dataclasses import dataclass

from apps.dashboard.spans import in_words
from apps.sessions.lifecycle import EndReason

R = EndReason
NAMES: dict[EndReason, str] = {
    R.RELEASED: "Released",
    R.CLIENT_DISCONNECTED: "Client disconnected",
    R.NO_CONNECT: "Nobody connected",
    R.IDLE: "Idle for too long",
    R.MAX_DURATION: "Longest life reached",
    R.BROWSER_CRASHED: "Browser crashed",
    R.BROWSER_UNREACHABLE: "Browser stopped answering",
    R.NODE_LOST: "Machine gone",
    R.START_TIMEOUT: "Did not start in time",
    R.IMAGE_PULL: "Image not fetched",
    R.OUT_OF_MEMORY: "Out of memory",
    R.QUOTA: "Quota used up",
    R.ADMIN: "Ended by an administrator",
    R.POOL_DELETED: "Pool deleted",
    R.POOL_ROTATED: "Replaced by a fresh browser",
    R.SHUTDOWN: "Shut down",
    R.MAINTENANCE: "Maintenance",
}


@dataclass(frozen=True)
class Limits:
    """The values that the sentences name."""

    connect_seconds: float
    start_seconds: float
    idle_seconds: int
    timeout_minutes: int
    pool: str
    is_own: bool = True  # the reader's own session


@dataclass(frozen=True)
class Ending:
    what: str
    why: str
    advice: str = ""


def name_of_ending(reason: str) -> str:
    """Two or three words for `end_reason`, for filters; a word that is none stays as it is."""
    return NAMES[EndReason(reason)] if reason in set(EndReason) else reason


def ending(reason: str, limits: Limits) -> Ending:
    """The sentences for `end_reason`; a reason without any of its own is a mistake that the tests find."""
    connect, start = in_words(limits.connect_seconds), in_words(limits.start_seconds)
    idle, longest = in_words(limits.idle_seconds), in_words(limits.timeout_minutes * 60)
    pool = f"the pool “{limits.pool}”"
    return {
        R.RELEASED: Ending(
            "You released this session" if limits.is_own else "Its owner released this session",
            "It was ended as asked; its browser is closed and wiped.",
        ),
        R.CLIENT_DISCONNECTED: Ending(
            "Your client disconnected" if limits.is_own else "The client disconnected",
            "The last client left, and keep_alive is off, so the session ended at once.",
            "To reconnect later, claim with keep_alive=true.",
        ),
        R.NO_CONNECT: Ending(
            "Nobody connected",
            f"The browser was yours for {connect} and no client opened a connection.",
            "Claim again and connect at once, or set keep_alive=true.",
        ),
        R.IDLE: Ending(
            "It was idle for too long",
            f"No client sent anything for {idle}, the idle limit of this session.",
            f"Send idle_timeout with the claim, or raise idle_timeout_seconds of {pool}.",
        ),
        R.MAX_DURATION: Ending(
            "It reached its longest life",
            f"A session of {pool} may live {longest}, or less where the claim asked for less.",
            "Ask for a longer timeout with the claim, or raise timeout_minutes of the pool.",
        ),
        R.BROWSER_CRASHED: Ending(
            "The browser crashed",
            "Chromium ended by itself. Pages that need much memory are the usual cause.",
            "Claim a new session. If it happens again with the same page, open fewer tabs at once.",
        ),
        R.BROWSER_UNREACHABLE: Ending(
            "The browser stopped answering",
            "Several checks over 15 seconds got no answer, so it was given up.",
            "Claim a new session. A page that never yields can cause this.",
        ),
        R.NODE_LOST: Ending(
            "The machine it ran on is gone",
            "The node that held this browser stopped answering or was restarted.",
            "Claim a new session; it starts on a node that is there.",
        ),
        R.START_TIMEOUT: Ending(
            "The browser did not start in time",
            f"It did not answer within {start}.",
            "Claim again. If it happens often, ask your administrator whether the nodes are overloaded.",
        ),
        R.IMAGE_PULL: Ending(
            "The browser image could not be fetched",
            "The node was told to run an image that it cannot get.",
            "Ask your administrator to check the provider configuration.",
        ),
        R.OUT_OF_MEMORY: Ending(
            "The browser ran out of memory",
            "Its pages needed more memory than one browser may have.",
            "Claim a new session and open fewer or lighter pages at once.",
        ),
        R.QUOTA: Ending(
            "A quota was used up",
            "Your share of session time ended while this session ran.",
            "Wait until it renews, or ask your administrator for more.",
        ),
        R.ADMIN: Ending(
            "An administrator ended it",
            "Somebody who looks after this installation released the session.",
            "Ask your administrator why, then claim again.",
        ),
        R.POOL_DELETED: Ending(
            "Its pool was deleted",
            f"All sessions of {pool} ended with it.",
            "Claim from another pool.",
        ),
        R.POOL_ROTATED: Ending(
            "It was replaced by a fresh browser",
            f"The settings of {pool} changed before anybody claimed this one.",
        ),
        R.SHUTDOWN: Ending(
            "BrowserGrid was shut down",
            "All browsers end with the service.",
            "Claim again once it is back.",
        ),
        R.MAINTENANCE: Ending(
            "Ended for maintenance",
            "The machine it ran on was taken out of service.",
            "Claim again; another machine takes it.",
        ),
    }[EndReason(reason)]
