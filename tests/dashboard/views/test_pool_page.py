"""One pool's page: its bar, its queue, its claims, and what may be done to the whole of it."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession, Claim
from tests.dashboard.views.test_pools import FORM

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _pool(default_pool: Pool) -> None:
    """There is a provider that ordinary people may use."""


def test_the_bar_says_how_full_it_is(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool], claimed_session: Callable[..., BrowserSession]
) -> None:
    pool = make_pool(ann, max=4, max_concurrency=3)
    claimed_session(ann, pool)
    page = sign_in(ann).get(f"/pools/{pool.public_id}/").content.decode()
    assert "1 of 3 in use, 0 ready, 3 of 4 not started." in page


def test_who_waits_is_told_to_the_owner_and_to_staff(
    ann: User, staff: User, sign_in: SignIn, make_pool: Callable[..., Pool], queued_claim: Callable[..., Claim]
) -> None:
    pool = make_pool(ann)
    queued_claim(ann, pool)
    for person in (ann, staff):
        page = sign_in(person).get(f"/pools/{pool.public_id}/parts/").content.decode()
        assert "ann@example.com" in page
        assert "asks again by itself" in page
        assert "of 100 places" in page


def test_claims_of_the_day_are_drawn_with_their_table(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool], claimed_session: Callable[..., BrowserSession]
) -> None:
    pool = make_pool(ann)
    claimed_session(ann, pool)
    page = sign_in(ann).get(f"/pools/{pool.public_id}/").content.decode()
    assert "1 in 24 hours" in page
    assert 'id="chart-claims-table"' in page


def test_a_pause_tells_its_consequence_first(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool], claimed_session: Callable[..., BrowserSession]
) -> None:
    pool = make_pool(ann)
    claimed_session(ann, pool)
    client = sign_in(ann)
    page = client.get(f"/pools/{pool.public_id}/pause/").content.decode()
    assert "refused with 503" in page
    assert "1 session in use goes on" in page
    pool.refresh_from_db()
    assert pool.paused_at is None
    client.post(f"/pools/{pool.public_id}/pause/")
    pool.refresh_from_db()
    assert pool.paused_at is not None
    assert "Resume" in client.get(f"/pools/{pool.public_id}/").content.decode()


def test_a_drain_turns_the_queue_away_and_says_how_many(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool], queued_claim: Callable[..., Claim]
) -> None:
    pool = make_pool(ann)
    claim = queued_claim(ann, pool)
    page = sign_in(ann).post(f"/pools/{pool.public_id}/drain/", follow=True).content.decode()
    claim.refresh_from_db()
    assert claim.state == Claim.State.EXPIRED
    assert "1 waiting claim turned away" in page


def test_a_flush_replaces_what_is_ready(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool], ready_session: Callable[..., BrowserSession]
) -> None:
    pool = make_pool(ann)
    warm = ready_session(pool)
    sign_in(ann).post(f"/pools/{pool.public_id}/flush/")
    warm.refresh_from_db()
    assert warm.end_reason == "pool_rotated"


def test_what_is_none_of_these_is_not_there(ann: User, sign_in: SignIn, make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(ann)
    assert sign_in(ann).post(f"/pools/{pool.public_id}/explode/").status_code == 404


def test_numbers_are_explained_as_one_types(ann: User, sign_in: SignIn) -> None:
    typed = {"min": 2, "max": 8, "max_concurrency": 6, "timeout_minutes": 60, "idle_timeout_seconds": 300}
    typed |= {"queue_limit": 100, "queue_timeout_seconds": 25}
    page = sign_in(ann).get("/pools/explain/", typed).content.decode()
    assert "Up to 8 browsers, 2 always warm." in page
    assert "the 7th caller waits up to 25 seconds" in page


@pytest.mark.parametrize("value", ["", "many", "-1", "9" * 40, "²", "<b>"])
def test_what_is_no_number_is_asked_for_again(value: str, ann: User, sign_in: SignIn) -> None:
    answer = sign_in(ann).get("/pools/explain/", {"min": value})
    assert answer.status_code == 200
    assert "Give whole numbers" in answer.content.decode()
    assert "<b>9" not in answer.content.decode()


def test_launch_options_are_checked_and_kept(ann: User, sign_in: SignIn, make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(ann, name="fast")
    client = sign_in(ann)
    refused = client.post(f"/pools/{pool.public_id}/edit/", FORM | {"launch": '{"proxy": "http://10.0.0.1:3128"}'})
    assert "belongs to one session" in " ".join(refused.context["form"].errors["launch"])
    client.post(f"/pools/{pool.public_id}/edit/", FORM | {"launch": '{"locale": "de-DE"}'})
    pool.refresh_from_db()
    assert pool.launch == {"locale": "de-DE"}
    client.post(f"/pools/{pool.public_id}/edit/", FORM)  # a form without the field leaves it
    pool.refresh_from_db()
    assert pool.launch == {"locale": "de-DE"}


def test_what_is_recorded_is_chosen_kept_and_left_alone_by_a_page_that_does_not_speak_of_it(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool(ann, name="fast")
    client, address = sign_in(ann), f"/pools/{pool.public_id}/edit/"
    client.post(address, FORM | {"recording": "video", "recording_days": "7"})  # logs: not ticked
    pool.refresh_from_db()
    assert (pool.recording, pool.logs, pool.recording_days) == ("video", False, 7)
    form = client.get(address).context["form"]
    assert [form[name].value() for name in ("recording", "logs", "recording_days")] == ["video", False, 7]
    client.post(address, FORM)
    pool.refresh_from_db()
    assert (pool.recording, pool.logs, pool.recording_days) == ("video", False, 7)
    client.post(address, FORM | {"recording": "none", "logs": "on", "recording_days": ""})
    pool.refresh_from_db()
    assert (pool.recording, pool.logs, pool.recording_days) == ("none", True, None)


def test_a_new_pool_may_record_from_the_start(ann: User, sign_in: SignIn) -> None:
    sign_in(ann).post("/pools/new/", FORM | {"recording": "all", "logs": "on", "recording_days": "0"})
    pool = Pool.current.get(name="fast")
    assert (pool.recording, pool.logs, pool.recording_days) == ("all", True, 0)


@pytest.mark.parametrize(("field", "value"), [("recording", "everything"), ("recording", ""), ("recording_days", "-1"),
                                              ("recording_days", "4000"), ("recording_days", "long")])  # fmt: skip
def test_what_cannot_be_recorded_so_is_said_beside_its_field(
    field: str, value: str, ann: User, sign_in: SignIn
) -> None:
    answer = sign_in(ann).post("/pools/new/", FORM | {"recording": "dom", "logs": "on", field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Pool.current.filter(owner=ann).exists()


def test_the_page_of_a_pool_says_what_is_kept_and_for_how_long(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool(ann, recording="dom", recording_days=7, logs=False)
    page = sign_in(ann).get(f"/pools/{pool.public_id}/").content.decode()
    assert "The DOM of every session is recorded, with inputs masked" in page
    assert "No logs are kept." in page
    assert "7 days" in page


def test_the_limits_stand_beside_their_fields(ann: User, sign_in: SignIn, make_pool: Callable[..., Pool]) -> None:
    make_pool(ann, max=2)
    page = sign_in(ann).get("/pools/new/").content.decode()
    assert "Your pools together may have 5 alive; 3 are left for this one." in page
    assert "which is 7 days" in page


def test_the_page_asks_little(
    ann: User, sign_in: SignIn, make_pool: Callable[..., Pool], django_assert_max_num_queries
) -> None:
    pool = make_pool(ann)
    client = sign_in(ann)
    client.get(f"/pools/{pool.public_id}/")
    with django_assert_max_num_queries(14):  # the database's clock among them
        client.get(f"/pools/{pool.public_id}/")
    with django_assert_max_num_queries(12):
        client.get("/pools/")
