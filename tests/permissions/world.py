"""The whole table, and the world in which it is asked: A's things and the system's, made once for each module of tests.

A module imports `world` (and `callers`), is marked `django_db`, and undoes nothing by hand that a test's end undoes.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from apps.core import clock
from apps.saved_views.services import save_view
from apps.sessions.models import BrowserSession, Claim
from tests.factories import pools, sessions
from tests.factories.people import actor_for, make_token, signed_in_device
from tests.permissions import live_table, recordings_table, roles, table, teams_table
from tests.permissions.roles import People
from tests.permissions.table import Row

PROGRAM = [*table.PROGRAM, *teams_table.PROGRAM, *recordings_table.PROGRAM, *live_table.PROGRAM]
PAGES = [*table.PAGES, *teams_table.PAGES, *recordings_table.PAGES, *live_table.PAGES]
OPEN = table.OPEN | teams_table.OPEN | live_table.OPEN
World = tuple[People, dict[str, str], BrowserSession]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """In a transaction of its own, within which each test has one that is undone.

    Stored bytes are outside of both: none is deleted here, or an undone deletion would have been half one.
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(InMemoryStorage, "delete", lambda storage, name: None)
        yield _made()
        transaction.set_rollback(True)


def _made() -> World:
    those = roles.people()
    default = pools.ensure_default_pool()
    session = sessions.make_claimed_session(those.a, keep_alive=True)
    warm = sessions.make_ready_session()
    claim = sessions.make_queued_claim(those.a)
    later = clock.now() + timedelta(hours=1)  # nobody attends it while the tests of a module run
    Claim.objects.filter(pk=claim.pk).update(attended_until=later, expires_at=later)
    pool = pools.make_pool(those.a)
    things = {
        "session": session.public_id,
        "warm": warm.public_id,
        "claim": claim.public_id,
        "pool": pool.public_id,
        "system": default.public_id,
        "token": make_token(those.a, name="of A")[0].public_id,
        "device": signed_in_device(those.a).public_id,
        "view": save_view(actor=actor_for(those.a), name="of A", query="state=live").public_id,
    }
    things |= recordings_table.things(session) | live_table.things(session, those.a)
    return those, things | roles.team_things(those, session, pool), session


@dataclass(frozen=True)
class Callers:
    """Everybody who knocks, by role. Each test has clients of its own: an answer may change what they keep."""

    _programs: Mapping[str, Client]
    _browsers: Mapping[str, Client]

    def programs(self) -> dict[str, Client]:
        return {role: _twin(client) for role, client in self._programs.items()}

    def browsers(self) -> dict[str, Client]:
        return {role: _twin(client) for role, client in self._browsers.items()}


@pytest.fixture(scope="module")
def callers(world: World) -> Callers:
    those, _, session = world
    return Callers(roles.programs(those, session), roles.browsers(those))


def _twin(client: Client) -> Client:
    twin = copy.copy(client)
    twin.cookies = copy.deepcopy(client.cookies)
    return twin


@contextmanager
def undone() -> Iterator[None]:
    """One role's doing is not the next one's world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, row: Row, path: str) -> HttpResponse:
    if row.method == "GET":
        return client.get(path)
    if row in PAGES:
        return client.post(path, row.data or {"anything": "x"})
    return client.generic(row.method, path, json.dumps(row.body or {}), content_type="application/json")


def name_of(row: Row) -> str:
    return f"{row.method} {row.path}{' system' if row.body and 'is_system' in row.body else ''}"
