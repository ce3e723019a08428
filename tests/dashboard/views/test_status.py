"""The status page: whole for staff, one sentence for everybody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core import clock
from apps.events.models import Event
from apps.nodes.leases import hold
from apps.nodes.models import Node, Process
from apps.sessions.models import BrowserSession

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.database


@pytest.fixture
def reconciled(db: None) -> None:
    hold("reconciler", "test", now=clock.now(), seconds=5)


def test_staff_see_checks_processes_nodes_lags_and_ground(reconciled: None, staff: User, sign_in: SignIn) -> None:
    now = clock.now()
    Node.objects.create(
        name="n1", provider="local", address="unix:/secret/socket", max_browsers=4, browsers=1,
        lease_expires_at=now + timedelta(seconds=15), facts={"memory_total": 2048, "memory_available": 1024},
    )  # fmt: skip
    Process.objects.create(name="p1", kind="worker", boot_id="b", lease_expires_at=now - timedelta(seconds=1))
    page = sign_in(staff).get("/status/").content.decode()
    for words in ("Migrations", "All are applied.", "n1", "1.0 KiB of 2.0 KiB free", "p1", "Gone", "Disk", "Django"):
        assert words in page
    assert "/secret/socket" not in page


def test_a_reconciler_that_nobody_is_is_told_first(db: None, staff: User, sign_in: SignIn) -> None:
    page = sign_in(staff).get("/status/").content.decode()
    assert "does not work fully now" in page
    assert "Nobody holds the lease." in page


def test_the_dispatchers_lag_is_the_age_of_the_first_unnumbered_event(
    reconciled: None, staff: User, sign_in: SignIn
) -> None:
    Event.objects.create(type="pool.changed", occurred_at=clock.now() - timedelta(minutes=2))
    page = sign_in(staff).get("/status/").content.decode()
    assert "1 event waits to be numbered" in page
    assert "2:0" in page


def test_others_see_whether_it_works_and_their_own_sessions(
    reconciled: None, ann: User, ben: User, sign_in: SignIn, claimed_session: Callable[..., BrowserSession]
) -> None:
    mine, theirs = claimed_session(ann), claimed_session(ben)
    page = sign_in(ann).get("/status/").content.decode()
    assert "BrowserGrid" in page
    assert mine.public_id in page
    for hidden in (theirs.public_id, "Migrations", "Processes", "Disk", "status-nodes"):
        assert hidden not in page


def test_the_page_asks_little(
    reconciled: None, staff: User, ann: User, sign_in: SignIn, django_assert_max_num_queries
) -> None:
    client = sign_in(staff)
    client.get("/status/")
    with django_assert_max_num_queries(16):  # it looks at everything there is, and on PostgreSQL at its clock
        client.get("/status/")
    client = sign_in(ann)
    client.get("/status/")
    with django_assert_max_num_queries(12):
        client.get("/status/")
