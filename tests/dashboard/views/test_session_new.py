"""A new session from the form: as a page, in the sheet, refused beside its field, in the queue."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.access import rates
from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession, Claim
from tests.factories.pools import ensure_default_pool

pytestmark = pytest.mark.database
SignIn = Callable[[User], Client]
PARTIAL = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _no_claims_counted() -> None:
    rates._own_limiter.cache_clear()


@pytest.fixture
def client(default_pool: Pool, ann: User, sign_in: SignIn) -> Client:
    return sign_in(ann)


def test_the_form_is_a_page_and_a_piece_for_the_sheet(client: Client) -> None:
    whole, piece = client.get("/sessions/new/"), client.get("/sessions/new/", headers=PARTIAL)
    assert "<html" in whole.content.decode()
    assert "<html" not in piece.content.decode()
    assert 'name="keep_alive"' in piece.content.decode()


def test_every_option_reaches_the_session(client: Client, ann: User) -> None:
    typed = {
        "name": "night run", "keep_alive": "on", "timeout": "600", "idle_timeout": "60", "preset": "1920x1080",
        "viewport": "390 × 844", "locale": "de-DE", "timezone": "Europe/Berlin", "user_agent": "Mine/1.0",
        "proxy": "http://u:secret@proxy.example.com:3128", "args": "--force-dark-mode\n\n--hide-scrollbars",
        "metadata_key": ["order", "", "a.b"], "metadata_value": ["42", "", "c"], "key": "one", "record": "video",
    }  # fmt: skip
    answer = client.post("/sessions/new/", typed)
    session = BrowserSession.objects.get(owner=ann)
    assert answer["Location"] == f"/sessions/{session.public_id}/"
    assert (session.name, session.keep_alive, session.idle_timeout_seconds) == ("night run", True, 60)
    assert session.metadata == {"order": "42", "a.b": "c"}
    assert session.record == "video"
    assert session.launch["viewport"] == {"width": 390, "height": 844}
    assert session.launch["args"] == ["--force-dark-mode", "--hide-scrollbars"]
    assert (session.launch["locale"], session.launch["timezone"]) == ("de-DE", "Europe/Berlin")
    assert "secret" not in session.launch["proxy"]
    page = client.get(answer["Location"]).content.decode()
    assert "Mine/1.0" in page
    assert "secret@" not in page


def test_what_is_left_to_the_pool_is_recorded_as_the_pool_says(client: Client, ann: User, default_pool: Pool) -> None:
    Pool.objects.filter(pk=default_pool.pk).update(recording="dom")
    client.post("/sessions/new/", {"keep_alive": "on", "record": ""})
    assert BrowserSession.objects.get(owner=ann).record == "dom"


def test_pressed_twice_it_asks_once(client: Client, ann: User) -> None:
    for _ in range(2):
        answer = client.post("/sessions/new/", {"keep_alive": "on", "key": "same"}, headers=PARTIAL)
        assert answer["HX-Redirect"].startswith("/sessions/ses_")
    assert BrowserSession.objects.filter(owner=ann).count() == 1


@pytest.mark.parametrize("headers", [{}, PARTIAL])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("viewport", "wide"),
        ("viewport", "99999x1"),
        ("locale", "deutsch!"),
        ("timezone", "Mars/Phobos base"),
        ("proxy", "proxy.example.com"),
        ("args", "--no-sandbox"),
        ("args", "--remote-debugging-port=1"),
        ("user_agent", "x\ny" * 300),
        ("timeout", "0"),
        ("idle_timeout", "soon"),
        ("name", "x" * 121),
        ("pool", "pool_nobodys"),
        ("record", "everything"),
    ],
)
def test_a_refusal_stands_beside_its_field(name: str, value: str, headers: dict[str, str], client: Client) -> None:
    answer = client.post("/sessions/new/", {"keep_alive": "on", name: value}, headers=headers)
    assert answer.status_code == (200 if headers else 422)
    assert list(answer.context["form"].errors) == [name]
    assert BrowserSession.objects.filter(owner__isnull=False).count() == 0


def test_metadata_is_refused_beside_its_rows(client: Client) -> None:
    answer = client.post("/sessions/new/", {"metadata_key": ["k" * 61], "metadata_value": ["1"]})
    assert "at most 500 letters" in answer.content.decode()


def test_anothers_pool_cannot_be_chosen(client: Client, ben: User, make_pool: Callable[..., Pool]) -> None:
    theirs = make_pool(ben)
    answer = client.post("/sessions/new/", {"pool": theirs.public_id})
    assert list(answer.context["form"].errors) == ["pool"]
    assert theirs.public_id not in client.get("/sessions/new/").content.decode()


def test_a_pool_that_the_address_proposes_is_chosen(client: Client, ann: User, make_pool: Callable[..., Pool]) -> None:
    mine = make_pool(ann, name="fast")
    page = client.get("/sessions/new/?pool=fast").content.decode()
    assert f'<option value="{mine.public_id}" selected>fast' in page


def full_queue(ann: User, client: Client) -> Claim:
    ensure_default_pool(min=0, max=1, max_concurrency=1)
    client.post("/sessions/new/", {"keep_alive": "on"})
    answer = client.post("/sessions/new/", {"keep_alive": "on"})
    claim = Claim.objects.get(owner=ann)
    assert answer["Location"] == f"/sessions/queue/{claim.public_id}/"
    return claim


def test_a_full_pool_gives_a_place_in_the_queue(client: Client, ann: User) -> None:
    claim = full_queue(ann, client)
    page = client.get(f"/sessions/queue/{claim.public_id}/")
    assert page.context["position"] == 1
    assert 'hx-trigger="every 2s"' in page.content.decode()


def test_each_look_keeps_the_place(client: Client, ann: User) -> None:
    claim = full_queue(ann, client)
    before = claim.attended_until
    client.get(f"/sessions/queue/{claim.public_id}/", headers=PARTIAL)
    claim.refresh_from_db()
    assert claim.attended_until > before


def test_staff_look_without_keeping_anothers_place(client: Client, ann: User, staff: User, sign_in: SignIn) -> None:
    claim = full_queue(ann, client)
    sign_in(staff).get(f"/sessions/queue/{claim.public_id}/")
    before = claim.attended_until
    claim.refresh_from_db()
    assert claim.attended_until == before


def test_once_it_is_served_the_place_leads_to_the_session(client: Client, ann: User) -> None:
    claim = full_queue(ann, client)
    ensure_default_pool(max=4, max_concurrency=4)
    answer = client.get(f"/sessions/queue/{claim.public_id}/", headers=PARTIAL)
    claim.refresh_from_db()
    assert claim.session is not None
    assert answer["HX-Redirect"] == f"/sessions/{claim.session.public_id}/"


def test_whoever_leaves_the_queue_waits_no_more(client: Client, ann: User) -> None:
    claim = full_queue(ann, client)
    client.post(f"/sessions/queue/{claim.public_id}/leave/")
    claim.refresh_from_db()
    assert claim.state == Claim.State.CANCELLED
    assert "no longer in the queue" in client.get(f"/sessions/queue/{claim.public_id}/").content.decode()
