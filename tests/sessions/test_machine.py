"""Hundreds of lives of a pool, none of which may break an invariant, and all of which together must have met each case."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sessions import machine
from tests.sessions.machine import PoolMachine

MET = {
    "claimed", "queued", "connected", "disconnected", "released", "warmed", "started", "became ready", "became claimed",
    "relaunched", "crashed", "stopping", "ended", "served", "swept", "lapsed", "left", "fetched", "attended",
    "refused: per_user_limit", "refused: no_connect", "refused: not_ready", "refused: session_ended",
}  # fmt: skip


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.timeout(240)
def test_whatever_happens_in_whatever_order_the_invariants_hold() -> None:
    examples = 15 if connection.vendor == "postgresql" else 30
    machine.seen.clear()
    run_state_machine_as_test(
        PoolMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert set(machine.seen) >= MET, f"never met: {sorted(MET - set(machine.seen))}"
