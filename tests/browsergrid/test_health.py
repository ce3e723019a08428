"""What monitors ask: is the process there, can it work, what are its numbers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from apps.core import clock
from apps.events.guards import GUARDS
from apps.events.triggers import install
from apps.nodes.leases import hold
from apps.nodes.models import Node
from tests.factories.people import make_token, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def reconciled(db):
    hold("reconciler", "test", now=clock.now(), seconds=5)


def test_the_process_answers_without_asking_anybody(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_without_redis_it_is_degraded_and_ready(reconciled, settings):
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "guards": "ok", "reconciler": "ok", "redis": "degraded"},
    }


def test_without_a_reconciler_it_is_not_ready(db):
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["reconciler"] == "nobody holds the lease"


def test_a_reconciler_that_fell_silent_makes_it_unready(reconciled):
    with clock.stopped_at(clock.now() + timedelta(seconds=30)):
        assert Client().get("/readyz").json()["checks"]["reconciler"] == "silent"


def test_a_missing_guard_makes_it_unready(reconciled):
    [guard] = GUARDS
    drop = f"DROP TRIGGER {guard.full_name}" + (f" ON {guard.table}" if connection.vendor == "postgresql" else "")
    with connection.cursor() as cursor:
        cursor.execute(drop)
    try:
        response = Client().get("/readyz")
        assert response.status_code == 503
        assert guard.name in response.json()["checks"]["guards"]
    finally:
        install(GUARDS)


def test_this_machine_reads_the_metrics(reconciled, default_pool, ready_session, claimed_session, queued_claim):
    Node.objects.create(
        name="local", provider="local", address="unix:/x", max_browsers=4, browsers=1, facts={"memory_total": 1024}
    )
    claimed_session(make_user())
    ready_session()
    queued_claim(make_user())
    text = Client().get("/metrics").content.decode()
    for line in (
        'browsergrid_sessions{pool="default",state="ready"} 1.0',
        'browsergrid_sessions{pool="default",state="claimed"} 1.0',
        'browsergrid_queued_claims{pool="default"} 1.0',
        'browsergrid_node_memory_bytes{node="local"} 1024.0',
        'browsergrid_node_browsers{node="local"} 1.0',
        "browsergrid_reconcile_lag_seconds ",
        "browsergrid_api_claim_seconds_bucket",
    ):
        assert line in text


def test_from_elsewhere_only_staff_read_the_metrics(settings):
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert Client(**far).get("/metrics").status_code == 401
    user, staff = make_user(), make_user(staff=True)
    ask = lambda person: Client(**far).get(  # noqa: E731
        "/metrics", headers={"Authorization": f"Bearer {make_token(person)[1]}"}
    )
    assert ask(user).status_code == 403
    assert ask(staff).status_code == 200
    settings.GRID = type(settings.GRID)(metrics_open=("203.0.113.0/24",))
    assert Client(**far).get("/metrics").status_code == 200


def test_a_proxy_on_this_machine_lends_nobody_its_address(settings):
    assert Client().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
    settings.GRID = type(settings.GRID)(trusted_proxies=("127.0.0.1",))
    assert Client().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
    assert Client().get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 200
