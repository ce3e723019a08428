"""Resident in the watcher: every few seconds it brings in what the nodes have captured since.

Nodes never call home, so somebody must look. One process at a time does, by a lease of its own; a second one takes over
within seconds, and two at once do no harm.
"""

import logging
import os
import secrets
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.core import clock
from apps.nodes.captures import CaptureError, NodeAway
from apps.nodes.leases import hold, release
from apps.recordings.capturing import arm, captures_of
from apps.recordings.collecting import pull
from apps.recordings.downloads import collect_files
from apps.recordings.ending import end, settle
from apps.recordings.models import Recording
from apps.recordings.queries import UNDER_WAY, picture_of
from apps.recordings.room import limit_of
from apps.sessions.lifecycle import IN_USE, TERMINAL, SessionState
from apps.sessions.models import BrowserSession

logger = logging.getLogger(__name__)

LEASE = "collector"
SECONDS = 5.0  # between two looks; with the node's own five, what a lost node takes along stays below fifteen
LEASE_SECONDS = 15.0
AT_ONCE = 8  # nodes


class Collector:
    """One per process; whoever holds the lease collects."""

    def __init__(self) -> None:
        self._holder = f"{os.getpid()}-{secrets.token_hex(8)}"

    def turn(self) -> int:
        """One look at every session that is captured. Returns how many; 0 too where another process has the lease."""
        now = clock.now()
        if hold(LEASE, self._holder, now=now, seconds=LEASE_SECONDS) is None:
            return 0
        by_node: dict[object, list[BrowserSession]] = defaultdict(list)
        for session in to_collect():
            by_node[session.node_id].append(session)
        groups = list(by_node.values())
        if len(groups) <= 1:  # the embedded installation: no thread is needed
            for group in groups:
                look(group, now)
        else:
            with ThreadPoolExecutor(min(AT_ONCE, len(groups)), thread_name_prefix="collect") as threads:
                list(threads.map(lambda group: _aside(group, now), groups))
        return sum(len(group) for group in groups)

    def resign(self) -> None:
        held = hold(LEASE, self._holder, now=clock.now(), seconds=0.001)
        if held is not None:
            release(held)


def to_collect() -> QuerySet[BrowserSession]:
    """Sessions in use on a node, and those that are over with a recording that is not."""
    under_way = Recording.objects.filter(UNDER_WAY, session=OuterRef("pk"))
    in_use = Q(state__in=sorted(IN_USE), owner__isnull=False, node__isnull=False)
    ending = Q(state__in=[SessionState.STOPPING, *sorted(TERMINAL)])
    rows = BrowserSession.objects.select_related("node", "pool", "owner")
    return rows.filter(in_use).union(rows.filter(ending & Exists(under_way)), all=True)


def look(sessions: Iterable[BrowserSession], now: datetime) -> None:
    """At sessions of one node, one after the other; one that is away is not asked for each of them."""
    is_away = False
    for session in sessions:
        try:
            if session.is_ended:
                settle(session, now)
            elif session.status is not SessionState.STOPPING and not is_away:
                _bring_in(session)
        except NodeAway as error:
            is_away = True
            logger.info("collect.away", extra={"session": session.public_id, "reason": str(error)})
        except CaptureError as error:
            logger.info("collect.refused", extra={"session": session.public_id, "reason": str(error)})
        except Exception:
            # One that cannot be read must not keep the others from being collected.
            logger.exception("collect.broken", extra={"session": session.public_id})


def _bring_in(session: BrowserSession) -> None:
    captures = captures_of(session)
    if captures is None:
        return
    wanted = arm(session)
    collect_files(session)
    if not wanted.anything and not Recording.objects.filter(session=session).exists():
        return
    if pull(session, captures).is_full:
        _end_for_want_of_room(session)


def _end_for_want_of_room(session: BrowserSession) -> None:
    picture = picture_of(session)
    if picture is not None:
        end(picture, clock.now(), error=limit_of(session))
        arm(session)


def _aside(sessions: list[BrowserSession], now: datetime) -> None:
    try:
        look(sessions, now)
    finally:
        connection.close()
