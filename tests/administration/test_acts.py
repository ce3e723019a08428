"""What staff do to a row: drain, flush, pause, release, revoke, suspend, run now. Each goes through a service."""

from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.nodes.models import Node
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession, Claim
from apps.tasks.models import TaskRun
from apps.tasks.seeding import seed
from tests.administration.conftest import signed_in

pytestmark = pytest.mark.django_db
YES = {"confirmed": "yes"}


def act(client: Client, row: Model, name: str, **data: str) -> Any:
    address = f"admin:{row._meta.app_label}_{row._meta.model_name}_act"
    return client.post(reverse(address, args=[row.pk, name]), data)


def bulk(client: Client, rows: list[Any], name: str, **data: str) -> Any:
    meta = rows[0]._meta
    form = {"action": name, "_selected_action": [str(row.pk) for row in rows], **data}
    return client.post(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), form)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_a_pool_is_paused_and_resumed(staff: Client, default_pool: Pool) -> None:
    assert "is paused" in said(act(staff, default_pool, "pause"))
    default_pool.refresh_from_db()
    assert default_pool.paused_at is not None
    act(staff, default_pool, "resume")
    default_pool.refresh_from_db()
    assert default_pool.paused_at is None
    assert set(Entry.objects.values_list("action", flat=True)) >= {"pool.paused", "pool.resumed"}


def test_a_drain_asks_first_and_then_turns_the_queue_away(
    staff: Client, default_pool: Pool, make_user: Callable[..., User], queued_claim: Callable[..., Claim]
) -> None:
    claim = queued_claim(make_user())
    assert b"Leave it" in act(staff, default_pool, "drain").content
    claim.refresh_from_db()
    assert claim.state == "queued"
    act(staff, default_pool, "drain", **YES)
    claim.refresh_from_db()
    default_pool.refresh_from_db()
    assert claim.state == "expired"
    assert default_pool.paused_at is not None


def test_a_flush_ends_what_is_ready_and_nothing_else(
    staff: Client,
    default_pool: Pool,
    make_user: Callable[..., User],
    ready_session: Callable[..., BrowserSession],
    claimed_session: Callable[..., BrowserSession],
) -> None:
    used, warm = claimed_session(make_user()), ready_session()
    act(staff, default_pool, "flush")
    for session in (used, warm):
        session.refresh_from_db()
    assert warm.end_reason == "pool_rotated"
    assert used.stop_requested_at is None


def test_many_sessions_are_released_at_once(
    staff: Client, default_pool: Pool, make_user: Callable[..., User], claimed_session: Callable[..., BrowserSession]
) -> None:
    user = make_user()
    sessions = [claimed_session(user) for _ in range(3)]
    bulk(staff, sessions, "release", **YES)
    reasons = set(BrowserSession.objects.filter(owner=user).values_list("end_reason", flat=True))
    assert reasons == {"admin"}


def test_a_person_is_suspended_and_let_in_again(staff: Client, make_user: Callable[..., User]) -> None:
    user = make_user()
    theirs = signed_in(user)
    assert theirs.get("/sessions/").status_code == 200
    act(staff, user, "suspend", **YES)
    assert theirs.get("/sessions/").status_code == 302
    act(staff, user, "reinstate")
    user.refresh_from_db()
    assert user.is_active
    assert theirs.get("/sessions/").status_code == 302  # they sign in anew


def test_a_person_is_signed_out_of_every_browser(staff: Client, make_user: Callable[..., User]) -> None:
    user = make_user()
    browsers = [signed_in(user), signed_in(user)]
    act(staff, user, "sign_out")
    assert [browser.get("/sessions/").status_code for browser in browsers] == [302, 302]


def test_staff_touch_no_staff_and_nobody_suspends_themselves(
    staff: Client, superuser: Client, make_user: Callable[..., User]
) -> None:
    other = make_user(staff=True)
    assert "Only a superuser" in said(act(staff, other, "suspend", **YES))
    other.refresh_from_db()
    assert other.is_active
    me = User.objects.get(is_superuser=True)
    assert "cannot suspend yourself" in said(act(superuser, me, "suspend", **YES))
    act(superuser, other, "suspend", **YES)
    other.refresh_from_db()
    assert not other.is_active


def test_a_node_is_drained_and_undrained(staff: Client) -> None:
    node = Node.objects.create(name="n1", provider="local", address="unix:/x")
    act(staff, node, "drain")
    node.refresh_from_db()
    assert node.draining
    act(staff, node, "undrain")
    node.refresh_from_db()
    assert not node.draining
    assert Entry.objects.filter(kind="node").count() == 2


def test_a_periodic_task_is_run_now_and_switched_off(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    seed()
    job = PeriodicTask.objects.get(name="forget")
    monkeypatch.setattr(current_app._get_current_object(), "send_task", lambda *_, **__: None)
    act(staff, job, "run")
    assert TaskRun.objects.get().outcome == "sent"
    act(staff, job, "off")
    job.refresh_from_db()
    assert not job.enabled


def test_an_act_by_get_does_nothing(staff: Client, default_pool: Pool) -> None:
    address = reverse("admin:pools_pool_act", args=[default_pool.pk, "pause"])
    assert staff.get(address).status_code == 302
    default_pool.refresh_from_db()
    assert default_pool.paused_at is None


def test_an_act_needs_the_token_of_our_own_form(make_user: Callable[..., User], default_pool: Pool) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("admin:pools_pool_act", args=[default_pool.pk, "pause"])).status_code == 403


def test_what_no_row_offers_is_not_there(staff: Client, default_pool: Pool) -> None:
    assert act(staff, default_pool, "explode").status_code == 404


@pytest.mark.parametrize("who", ["person", "nobody"])
def test_for_others_an_act_is_the_same_on_what_is_there_and_what_is_not(
    who: str, request: pytest.FixtureRequest, default_pool: Pool
) -> None:
    client: Client = request.getfixturevalue(who)
    there = act(client, default_pool, "pause")
    absent = client.post(reverse("admin:pools_pool_act", args=["0" * 32, "pause"]))
    assert there.status_code == absent.status_code == 302
    assert there["Location"].split("?")[0] == absent["Location"].split("?")[0]
    default_pool.refresh_from_db()
    assert default_pool.paused_at is None


def test_too_many_at_once_are_refused_whole(
    staff: Client, monkeypatch: pytest.MonkeyPatch, make_user: Callable[..., User]
) -> None:
    monkeypatch.setattr("apps.access.admin_acts.MOST", 1)
    nodes = [Node.objects.create(name=f"n{n}", provider="p", address="x") for n in range(2)]
    assert "nothing was done" in said(bulk(staff, nodes, "drain"))
    assert not Node.objects.filter(draining=True).exists()
