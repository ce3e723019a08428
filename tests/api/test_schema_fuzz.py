"""schemathesis asks every operation of the document in ways that nobody would think of, as three kinds of callers.

Nothing fails, and nothing is answered that the document does not promise. In-process, with the same cases each time.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.pools.models import Pool
from tests.api.caller import document
from tests.factories.people import make_token
from tests.permissions.roles import READS
from tests.permissions.world import World, undone, world

__all__ = ["world"]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
ROLES = ("ordinary", "staff", "reader")
SOME, MANY = 3, 60  # cases for each operation and role

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore"), pytest.mark.wide]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """As Django's own test client does: the end of a request must not close the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def fuzz(world: World, role: str, cases: int) -> None:
    """One of each thing is there, whatever was done to it before, and there is always room in the queue."""
    those, things, _ = world
    Pool.objects.update(queue_limit=100_000)
    secret = make_token(those.staff if role == "staff" else those.a, scopes=READS if role == "reader" else None)[1]
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    wrong = []
    for operation in operations(schema):
        with undone():
            wrong.append(finding(operation, {"Authorization": f"Bearer {secret}"}, things, cases))
    assert not any(wrong), "\n\n".join(filter(None, wrong))


def finding(operation: Any, headers: dict[str, str], things: dict[str, str], cases: int) -> str:
    """The first thing that is wrong with the operation; empty: nothing."""
    wrong: list[str] = []

    @hypothesis_settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        led_to_things(case, things)
        try:
            case.call_and_validate(headers=headers, checks=CHECKS)
        except Exception as failure:  # noqa: BLE001 - a finding; the other operations are asked as well
            wrong.append(f"{operation.method.upper()} {operation.path}\n{str(failure)[:700]}")

    ask()
    return wrong[0] if wrong else ""


def operations(schema: Any) -> Iterator[Any]:
    for found in schema.get_all_operations():
        yield found.ok()


def led_to_things(case: Any, things: dict[str, str]) -> None:
    """Every other case asks for a thing that is there; none holds its answer for a minute."""
    if isinstance(case.query, dict) and "wait" in case.query:
        case.query["wait"] = "0" if str(case.query["wait"]).isdecimal() else case.query["wait"]
    kind = case.operation.path.split("/")[3].removesuffix("s")
    parameters = case.path_parameters or {}
    for name, value in parameters.items():
        if len(str(value)) % 2 == 0:
            other = name.removesuffix("_id")
            wanted = kind if other == "id" else f"{kind}_share" if other == "share" else other
            parameters[name] = things.get(wanted, value)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_fails_and_nothing_is_answered_that_is_not_documented(role: str, world: World) -> None:
    fuzz(world, role, SOME)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("role", ROLES)
def test_nor_in_many_more_cases(role: str, world: World) -> None:
    fuzz(world, role, MANY)
