"""The list of sessions, its live rows, release."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.dashboard.views import sessions as view
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

SignIn = Callable[[User], Client]
Make = Callable[..., BrowserSession]


@pytest.fixture(autouse=True)
def _pool(default_pool: Pool) -> None:
    """Sessions are claimed from it."""


def rows(answer: object) -> list[str]:
    return [row.id for row in answer.context["sessions"]]  # type: ignore[attr-defined]


def test_the_newest_comes_first_and_others_are_absent(
    ann: User, ben: User, sign_in: SignIn, claimed_session: Make
) -> None:
    first, theirs, second = claimed_session(ann), claimed_session(ben), claimed_session(ann)
    shown = rows(sign_in(ann).get("/sessions/"))
    assert set(shown) == {first.public_id, second.public_id}
    assert shown == sorted(shown, reverse=True)
    assert theirs.public_id not in shown


def test_staff_see_all_and_the_warm_ones_apart(
    ann: User, staff: User, sign_in: SignIn, claimed_session: Make, ready_session: Make
) -> None:
    claimed, warm = claimed_session(ann), ready_session()
    client = sign_in(staff)
    assert rows(client.get("/sessions/")) == [claimed.public_id]
    assert rows(client.get("/sessions/?state=warm")) == [warm.public_id]
    assert rows(client.get("/sessions/?whose=mine")) == []


def test_the_warm_filter_is_not_for_everybody(ann: User, sign_in: SignIn, ready_session: Make) -> None:
    ready_session()
    assert rows(sign_in(ann).get("/sessions/?state=warm")) == []


def test_filters_and_search_narrow_the_list(
    ann: User, sign_in: SignIn, actor_for: Callable[..., Actor], claimed_session: Make, ended_session: Make
) -> None:
    live, over = claimed_session(ann, name="checkout flow"), claimed_session(ann)
    ended_session(over, actor=actor_for(ann))
    client = sign_in(ann)
    assert rows(client.get("/sessions/?state=live")) == [live.public_id]
    assert rows(client.get("/sessions/?state=ended")) == [over.public_id]
    assert rows(client.get("/sessions/?q=CHECKOUT")) == [live.public_id]
    assert rows(client.get(f"/sessions/?q={over.public_id}")) == [over.public_id]
    assert rows(client.get("/sessions/?state=nonsense&q=%00")) == sorted([live.public_id, over.public_id], reverse=True)


def test_more_comes_by_key(ann: User, sign_in: SignIn, claimed_session: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "PAGE", 2)
    made = sorted((claimed_session(ann).public_id for _ in range(3)), reverse=True)
    client = sign_in(ann)
    first = client.get("/sessions/")
    assert rows(first) == made[:2]
    rest = client.get(first.context["more_url"], headers={"HX-Request": "true"})
    assert rows(rest) == made[2:]
    assert "<html" not in rest.content.decode()
    assert rest.context["more_url"] == ""


def test_live_rows_are_those_that_match_and_may_be_seen(
    ann: User, ben: User, sign_in: SignIn, claimed_session: Make
) -> None:
    mine, theirs = claimed_session(ann), claimed_session(ben)
    address = f"/sessions/rows/?id={mine.public_id}&id={theirs.public_id}&id=x"
    client = sign_in(ann)
    assert rows(client.get(address)) == [mine.public_id]
    assert rows(client.get(f"{address}&state=ended")) == []
    assert rows(client.get(f"{address}&state=ended&any=1")) == [mine.public_id]


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {}])
def test_release_writes_the_wish_and_shows_the_row(
    headers: dict[str, str], ann: User, sign_in: SignIn, claimed_session: Make
) -> None:
    session = claimed_session(ann)
    answer = sign_in(ann).post(f"/sessions/{session.public_id}/release/", headers=headers)
    session.refresh_from_db()
    assert session.end_reason == "released"
    if headers:
        assert 'data-state="stopping"' in answer.content.decode()
        assert "Released" in answer["HX-Trigger"]
    else:
        assert answer["Location"] == f"/sessions/{session.public_id}/"


def test_release_may_be_repeated(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    session = claimed_session(ann)
    client = sign_in(ann)
    for _ in range(2):
        assert client.post(f"/sessions/{session.public_id}/release/").status_code == 302


def test_release_of_somebody_elses_session_is_not_found(
    ann: User, ben: User, sign_in: SignIn, claimed_session: Make
) -> None:
    session = claimed_session(ben)
    assert sign_in(ann).post(f"/sessions/{session.public_id}/release/").status_code == 404
    session.refresh_from_db()
    assert session.stop_requested_at is None


def test_an_administrator_is_named_as_the_reason(
    ann: User, staff: User, sign_in: SignIn, claimed_session: Make
) -> None:
    session = claimed_session(ann)
    sign_in(staff).post(f"/sessions/{session.public_id}/release/")
    session.refresh_from_db()
    assert session.end_reason == "admin"


def test_many_are_released_at_once_but_only_mine(ann: User, ben: User, sign_in: SignIn, claimed_session: Make) -> None:
    mine, theirs = [claimed_session(ann), claimed_session(ann)], claimed_session(ben)
    sign_in(ann).post("/sessions/release/", {"id": [s.public_id for s in [*mine, theirs]]})
    wished = set(BrowserSession.objects.filter(stop_requested_at__isnull=False).values_list("pk", flat=True))
    assert wished == {session.pk for session in mine}


def test_release_needs_a_post_and_its_token(ann: User, claimed_session: Make) -> None:
    session = claimed_session(ann)
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/sessions/{session.public_id}/release/").status_code == 405
    assert client.post(f"/sessions/{session.public_id}/release/").status_code == 403


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "/sessions/\\x"])
def test_release_leads_nowhere_else(back: str, ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    session = claimed_session(ann)
    answer = sign_in(ann).post(f"/sessions/{session.public_id}/release/", {"back": back})
    assert answer["Location"] == f"/sessions/{session.public_id}/"


def test_the_list_costs_the_same_for_one_row_as_for_many(
    ann: User, sign_in: SignIn, claimed_session: Make, django_assert_max_num_queries: Callable
) -> None:
    for _ in range(5):
        claimed_session(ann)
    client = sign_in(ann)
    with django_assert_max_num_queries(12):
        client.get("/sessions/")
