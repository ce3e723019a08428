"""One step carried out: the row first, then the provider's verb. What moves a row is fenced by the lease."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists

from apps.core import clock
from apps.core.secrets import decrypt
from apps.events.catalog import EventType
from apps.nodes.credentials import browser_key
from apps.nodes.leases import Held
from apps.nodes.services import take_room
from apps.pools.models import PoolCounter, ProviderConfiguration
from apps.pools.provider import provider_for
from apps.providers.contract import BrowserRef, BrowserSpec, Farewell, Observation, Refused
from apps.reconciler.decide_session import Adopt, Advance, Finish, Prepare, Settle, Start, Step, Stop, Wait
from apps.recordings.capturing import wanted_of
from apps.recordings.ending import finish
from apps.sessions import connections
from apps.sessions.advance import Raced, advance
from apps.sessions.lifecycle import EndReason, Outcome, SessionState, close_code
from apps.sessions.models import BrowserSession
from apps.sessions.services import adopt_launch, connect_by

logger = logging.getLogger(__name__)
S = SessionState


@dataclass(frozen=True)
class Turn:
    """What a step works on: the row as read, what was seen of it, and the hold under which it may write."""

    session: BrowserSession
    configuration: ProviderConfiguration
    seen: Observation | None
    fence: Held


def ref_of(session: BrowserSession) -> BrowserRef:
    return BrowserRef(session.instance_id, session.node.name if session.node else "")


def carry_out(step: Step, turn: Turn) -> bool:
    """Whether the row moved. Raises Raced where it moved meanwhile, ProviderError where the provider failed."""
    match step:
        case Start() | Prepare():
            return _start(turn)
        case Advance(to):
            _advance(turn, to)
        case Adopt():
            adopt_launch(turn.session, turn.session.launch_wanted, fence=turn.fence)
        case Settle():
            return connections.settle(turn.session, clock.now())
        case Stop(outcome, reason):
            return _stop(turn, outcome, reason)
        case Finish(outcome):
            _finish(turn, outcome)
        case Wait():
            return False
    return True


def _start(turn: Turn) -> bool:
    session = turn.session
    is_first = session.status is S.PENDING
    if is_first and not _enter_starting(turn):
        return False
    if not is_first and not _is_as_read(turn):
        raise Raced  # a browser must not come back after it was seen to end
    try:
        provider_for(turn.configuration).start(spec_of(session, turn.configuration))
    except Refused as error:
        logger.warning("browser.refused", extra={"session": session.public_id, "reason": str(error)})
        return _stop(turn, Outcome.ERROR, EndReason.START_TIMEOUT)
    return is_first


def _is_as_read(turn: Turn) -> bool:
    rows = BrowserSession.objects.filter(pk=turn.session.pk, generation=turn.session.generation)
    return rows.filter(Exists(turn.fence.query())).exists()


def _enter_starting(turn: Turn) -> bool:
    """Take room and move to starting; False where the pool starts enough already, or no node has room."""
    session = turn.session
    with transaction.atomic():
        counter = PoolCounter.objects.select_for_update().get(pool_id=session.pool_id)
        if counter.starting >= session.pool.max_starting:
            return False
        now = clock.now()
        node = None
        if turn.configuration.kind == ProviderConfiguration.Kind.NODE:
            node = take_room(turn.configuration.name, now)
            if node is None:
                return False
        deadline = now + timedelta(seconds=settings.GRID.start_timeout_seconds)
        advance(
            session, S.STARTING, EventType.SESSION_STARTING,
            now=now, fence=turn.fence, node=node, start_deadline=deadline,
        )  # fmt: skip
    return True


def _advance(turn: Turn, to: SessionState) -> None:
    session, seen = turn.session, turn.seen
    now = clock.now()
    deadline = connect_by(session, now) if to is S.CLAIMED else None
    event = EventType.SESSION_READY if to is S.READY else EventType.SESSION_CLAIMED
    with transaction.atomic():
        advance(
            session, to, event,
            now=now, fence=turn.fence, launch_present=session.launch_wanted, start_deadline=None,
            connect_deadline=deadline, version=dict(seen.version) if seen else {},
        )  # fmt: skip
        connections.touch([session.pk], now)


def _stop(turn: Turn, outcome: Outcome, reason: EndReason) -> bool:
    session = turn.session
    is_first = session.status is not S.STOPPING
    if is_first:
        now = clock.now()
        wish = {} if session.stop_requested_at else {"stop_requested_at": now, "outcome": outcome, "end_reason": reason}
        with transaction.atomic():
            advance(
                session, S.STOPPING, EventType.SESSION_STOPPING,
                now=now, fence=turn.fence, data={"end_reason": reason}, **wish,
            )  # fmt: skip
    if session.started_at is None:
        return is_first  # nothing was ever created; the next look finds it gone
    if is_first:
        finish(session)  # what was captured is stored before the browser goes
    why = EndReason(session.end_reason)
    provider_for(turn.configuration).stop(
        ref_of(session), grace_seconds=settings.GRID.stop_grace_seconds, farewell=Farewell(close_code(why), why)
    )
    return is_first


def _finish(turn: Turn, outcome: Outcome) -> None:
    session = turn.session
    with transaction.atomic():
        advance(
            session, S(outcome), EventType.SESSION_ENDED,
            now=clock.now(), fence=turn.fence, data={"outcome": outcome, "end_reason": session.end_reason},
        )  # fmt: skip


def spec_of(session: BrowserSession, configuration: ProviderConfiguration) -> BrowserSpec:
    """What the provider is asked for. Secrets are unsealed only here."""
    options = dict(session.launch)
    if options.get("proxy"):
        options["proxy"] = decrypt(options["proxy"])
    return BrowserSpec(
        ref=ref_of(session),
        launch=session.launch_wanted,
        options=options,
        credential=browser_key(session.instance_id),
        egress_allow=tuple(configuration.egress_allow),
        prepare=session.prepared,
        start_timeout_seconds=settings.GRID.start_timeout_seconds,
        capture=wanted_of(session).to_json(),
    )
