"""The list of sessions, its live rows, release."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.dashboard.views import sessions as view
from apps.pools.models import Pool
from apps.sessions import wording
from apps.sessions.models import BrowserSession
from tests.factories.sessions import write_sessions

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
    assert rows(client.get("/sessions/?owner=me")) == []
    assert rows(client.get("/sessions/?owner=ANN@example.com")) == [claimed.public_id]


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


def test_more_leads_on_as_a_link_and_keeps_the_filter(
    ann: User, sign_in: SignIn, claimed_session: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "PAGE", 2)
    made = sorted((claimed_session(ann, metadata={"order": "42"}).public_id for _ in range(5)), reverse=True)
    claimed_session(ann)
    client, address, seen = sign_in(ann), "/sessions/?metadata.order=42", []
    while address:
        answer = client.get(address)
        assert "<html" in answer.content.decode()
        seen += rows(answer)
        address = answer.context["more_url"]
    assert seen == made
    assert answer.context["first_url"] == "/sessions/?metadata.order=42"


def test_a_search_that_has_found_nothing_yet_says_how_far_back_it_looked_and_goes_on(
    ann: User, staff: User, sign_in: SignIn, claimed_session: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "SCAN", 2)
    old = claimed_session(ann, name="needle").public_id
    write_sessions(ann, 4)
    client = sign_in(staff)
    first = client.get("/sessions/?q=needle")
    assert rows(first) == []
    assert "Looked through all since <bg-time" in first.content.decode()
    second = client.get(first.context["more_url"], headers={"HX-Request": "true"})
    assert rows(second) == []
    assert 'hx-trigger="revealed"' in second.content.decode()
    third = client.get(second.context["more_url"], headers={"HX-Request": "true"})
    assert rows(third) == [old]
    assert third.context["more_url"] == ""


def test_a_search_that_finds_nothing_to_the_end_leaves_the_empty_state(
    ann: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "SCAN", 2)
    write_sessions(ann, 3)
    client = sign_in(ann)
    first = client.get("/sessions/?q=needle")
    assert "Nothing matches" in first.content.decode()  # hidden for as long as the table has a row
    last = client.get(first.context["more_url"], headers={"HX-Request": "true"})
    assert last.content.decode().strip() == ""
    assert "Nothing older matches" in client.get(first.context["more_url"]).content.decode()  # by the link


def test_live_rows_match_a_text_at_any_distance(
    ann: User, staff: User, sign_in: SignIn, claimed_session: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "SCAN", 1)
    old = claimed_session(ann, name="needle").public_id
    claimed_session(ann)
    assert rows(sign_in(staff).get(f"/sessions/rows/?q=needle&id={old}")) == [old]


def test_a_filter_that_cannot_be_understood_is_named_and_left_out(
    ann: User, sign_in: SignIn, claimed_session: Make
) -> None:
    session = claimed_session(ann)
    answer = sign_in(ann).get("/sessions/?since=yesterday&pool=default")
    assert rows(answer) == [session.public_id]
    assert "Give a time" in answer.content.decode()
    assert answer.context["wanted"].query == "pool=default"


def test_each_filter_that_is_on_can_be_taken_away(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    claimed_session(ann)
    page = sign_in(ann).get("/sessions/?state=live&q=metadata.order%3D42&end_reason=idle&since=24h")
    chips = {chip.label: chip.url for chip in page.context["wanted"].chips()}
    assert chips["Ended because"] == "/sessions/?state=live&since=24h&metadata.order=42"
    assert set(chips) == {"Ended because", "Since", "metadata.order"}
    assert "the last 24 hours" in page.content.decode()


def test_the_address_that_htmx_keeps_has_no_empty_fields(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    claimed_session(ann)
    answer = sign_in(ann).get("/sessions/?state=live&q=&pool=&outcome=", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == "/sessions/?state=live"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\"'>", "{{ 7 }}", "\u202e", "%00", "' OR 1=1 --"])
def test_what_is_typed_comes_back_as_text(text: str, ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    claimed_session(ann, name="<script>x</script>", metadata={"<script>": "<img src=x onerror=y>"})
    for address in (f"/sessions/?{urlencode({'q': text})}", f"/sessions/?{urlencode({'metadata.' + text: text})}"):
        page = sign_in(ann).get(address).content.decode()
        assert "<script>alert" not in page
        assert "<script>x" not in page
        assert "<img" not in page


def test_release_of_many_says_how_many_and_stays_on_the_page(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    made = [claimed_session(ann).public_id for _ in range(3)]
    answer = sign_in(ann).post("/sessions/release/", {"id": made}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "3 sessions released" in answer["HX-Trigger"]


@pytest.mark.database
def test_the_list_costs_the_same_for_30_sessions_as_for_300(ann: User, staff: User, sign_in: SignIn) -> None:
    for person in (ann, staff):
        client = sign_in(person)
        client.get("/sessions/")  # what is made once
        costs = []
        for number in (30, 270):
            write_sessions(person, number, metadata={"order": "42"})
            with CaptureQueriesContext(connection) as asked:
                client.get("/sessions/?metadata.order=42&state=live")
                client.get("/sessions/")
            costs.append(len(asked))
        assert costs[0] == costs[1]
        assert costs[0] <= 2 * 12


def test_an_empty_list_waits_for_the_first_session(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    client = sign_in(ann)
    assert 'data-live="session.created session.claimed"' in client.get("/sessions/").content.decode()
    claimed_session(ann)
    later = client.get("/sessions/", headers={"X-Live": "1"}).content.decode()
    assert 'id="results"' in later
    assert 'data-live="session.created session.claimed"' not in later
