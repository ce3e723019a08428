"""`BrowserGrid.*` commands about people: addresses at which they watch, and the request that one take over."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.core.errors import NotFound
from apps.gateway.methods import BAD_PARAMS, Call, CdpProblem, Pending, cdp_method
from apps.sessions import takeover, viewing

FINISHED = "BrowserGrid.takeoverFinished"
STARTED = "BrowserGrid.takeoverStarted"


@cdp_method("BrowserGrid.liveURL")
def live_url(call: Call) -> Mapping[str, Any]:
    """`interactive` (false), `ttl` in seconds."""
    interactive = call.params.get("interactive", False)
    if not isinstance(interactive, bool):
        raise CdpProblem(BAD_PARAMS, "'interactive' must be true or false.")
    seconds = _whole(call.params, "ttl", viewing.USUAL_SECONDS)
    ticket, secret = viewing.mint_view(call.session, actor=call.actor, interactive=interactive, seconds=seconds)
    address = f"{call.origin}/sessions/{call.session.public_id}/live?ticket={secret}"
    return {"liveURL": address, "id": ticket.public_id}


@cdp_method("BrowserGrid.closeLiveURL")
def close_live_url(call: Call) -> Mapping[str, Any]:
    try:
        viewing.revoke_view(call.session, str(call.params.get("id", "")), actor=call.actor)
    except NotFound as error:
        raise CdpProblem(BAD_PARAMS, "'id' names no address that is open.") from error
    return {}


@cdp_method("BrowserGrid.requestTakeover")
def request_takeover(call: Call) -> Pending:
    """Answered when the person hands back, or with `ending: timed_out` when nobody came within `timeout` seconds."""
    reason = call.params.get("reason", "")
    if not isinstance(reason, str):
        raise CdpProblem(BAD_PARAMS, "'reason' must be a text.")
    seconds = _whole(call.params, "timeout", takeover.USUAL_SECONDS)
    found = takeover.request_takeover(call.session, actor=call.actor, reason=reason, seconds=seconds)
    return Pending(lambda: _look(found.pk, has_started=False))


def _look(key: UUID, *, has_started: bool) -> Mapping[str, Any] | Pending:
    row = takeover.takeover_with_key(key)
    if row is None:
        return {"ending": takeover.Ending.SESSION_ENDED}
    successor = takeover.successor_of(row)
    if successor is not None:
        return _look(successor.pk, has_started=False)
    said = {"id": row.public_id, "by": row.person.public_id if row.person else None}
    began = row.started_at is not None and not has_started
    events = [(STARTED, said)] if began else []
    if row.finished_at is None:
        return Pending(lambda: _look(key, has_started=has_started or began), tuple(events))
    finished = {**said, "ending": row.ending}
    return Pending(lambda: finished, (*events, (FINISHED, finished)))


def _whole(params: Mapping[str, Any], name: str, usual: int) -> int:
    value = params.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int):
        raise CdpProblem(BAD_PARAMS, f"'{name}' must be a whole number of seconds.")
    return value
