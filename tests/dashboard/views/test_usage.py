"""Usage: mine alone, as meters, charts, tables and CSV."""

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core import clock
from apps.quotas.models import Quota
from apps.recordings.kinds import Kind
from apps.recordings.models import Recording

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _pool(default_pool: Any) -> None:
    """Sessions come from it."""


def test_who_used_nothing_is_told_what_will_stand_here(ann: User, sign_in: SignIn) -> None:
    page = sign_in(ann).get("/usage/").content.decode()
    assert "Nothing used in these 30 days" in page
    assert "No limit." in page


def test_use_is_shown_by_day_and_by_pool(ann: User, sign_in: SignIn, running_session: Any) -> None:
    running_session(ann)
    page = sign_in(ann).get("/usage/?days=7").content.decode()
    assert "By pool" in page
    assert "<b>default</b>" in page
    assert page.count("<bg-chart") == 4
    assert page.count('data-height="100.0"') >= 1


def test_others_use_is_theirs(ann: User, ben: User, sign_in: SignIn, running_session: Any) -> None:
    running_session(ben)
    assert "Nothing used" in sign_in(ann).get("/usage/").content.decode()


def test_the_csv_has_one_line_a_day(ann: User, sign_in: SignIn, running_session: Any) -> None:
    running_session(ann)
    answer = sign_in(ann).get("/usage/days.csv?days=7")
    rows = list(csv.DictReader(answer.content.decode().splitlines()))
    assert answer["Content-Type"].startswith("text/csv")
    assert len(rows) == 7
    assert rows[-1]["sessions"] == "1"


def test_a_quota_is_a_meter(ann: User, sign_in: SignIn, running_session: Any) -> None:
    Quota.objects.create(user=ann, sessions=1)
    running_session(ann)
    client = sign_in(ann)
    page = client.get("/usage/").content.decode()
    assert '<meter class="wide" min="0" max="1" value="1"' in page
    assert "The limit set for you." in page
    overview = client.get("/").content.decode()
    assert "Sessions in use: 1 of 1" in overview  # needs attention


def test_what_is_kept_is_a_meter_too(ann: User, sign_in: SignIn, claimed_session: Any) -> None:
    now = clock.now()
    Recording.objects.create(session=claimed_session(ann), kind=Kind.LOGS, started_at=now, bytes=3 << 20)
    client = sign_in(ann)
    page = client.get("/usage/").content.decode()
    assert "3.0 MiB" in page
    assert "Recordings, logs and files. No limit." in page
    Quota.objects.create(user=ann, storage_bytes=3 << 20)
    page = client.get("/usage/").content.decode()
    assert 'aria-label="Storage: 3.0 MiB of 3.0 MiB"' in page
    overview = client.get("/").content.decode()
    assert "Storage: 3.0 MiB of 3.0 MiB" in overview
    assert "Then recordings end and files are refused." in overview


def test_the_overview_draws_the_day_without_a_script(ann: User, sign_in: SignIn, running_session: Any) -> None:
    running_session(ann)
    page = sign_in(ann).get("/").content.decode()
    for name in ("sessions", "claims", "latency", "errors"):
        assert f'id="chart-{name}"' in page
    assert 'style="' not in page
