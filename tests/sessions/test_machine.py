"""Many lives of a pool, none of which may break an invariant; and one by hand, which meets each case there is."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from apps.sessions.models import BrowserSession
from tests.sessions import machine
from tests.sessions.machine import PoolMachine

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.timeout(240), pytest.mark.wide]
INVARIANTS = (
    "the_counters_are_what_is_counted", "no_limit_is_overshot", "an_owner_never_changes_and_versions_only_grow",
    "nobody_is_handed_what_another_was_handed", "running_is_exactly_where_a_client_is",
    "a_deadline_to_connect_presses_exactly_who_should_connect", "the_order_of_events_has_no_gap_and_never_goes_back",
)  # fmt: skip


def test_whatever_happens_in_whatever_order_the_invariants_hold() -> None:
    machine.seen.clear()
    run_state_machine_as_test(
        PoolMachine,
        settings=settings(
            max_examples=12 if connection.vendor == "postgresql" else 24,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    met = {"claimed", "queued", "connected", "disconnected", "became ready", "became claimed", "stopping", "ended"}
    assert set(machine.seen) >= met, f"never met: {sorted(met - set(machine.seen))}"


def test_one_life_by_hand_meets_each_case() -> None:
    """A machine whose rules do nothing would prove nothing."""
    machine.seen.clear()
    life = PoolMachine()

    def step(name: str, *arguments: object) -> None:
        getattr(life, name)(*arguments)
        for each in INVARIANTS:
            getattr(life, each)()

    step("some_are_warm", 2)
    step("claim", 0, True, False, False)
    step("come_too_late", 0)
    step("reconcile")
    step("ask_for_another_launch", 1)
    step("claim_and_connect", 3)
    step("the_gateway_vanishes")
    step("connect", 0)
    for who in range(3):
        step("disconnect", 0, False)
        step("wait_in_turn", who)
        step("dispatch")
    step("keep", 0)
    step("crash", 0)
    for _ in range(4):
        step("claim", 2, True, True, False)
    step("time_goes_by", 3601)
    step("sweep")
    step("reconcile")
    life.teardown()
    assert set(machine.seen) >= {
        "claimed", "queued", "connected", "disconnected", "released", "warmed", "started", "became ready",
        "became claimed", "relaunched", "crashed", "stopping", "ended", "served", "swept", "lapsed", "left", "fetched",
        "attended", "kept", "refused: per_user_limit", "refused: no_connect", "refused: not_ready",
        "refused: session_ended",
    }, sorted(machine.seen)  # fmt: skip
    assert not BrowserSession.objects.exists()
