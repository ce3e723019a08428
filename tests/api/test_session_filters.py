"""The same filters as on the pages, over the API: what is found, what is refused, and by cursor to the end."""

from collections.abc import Iterator
from itertools import product
from urllib.parse import quote, urlencode

import pytest
from _pytest.mark import ParameterSet

from apps.sessions import wording
from tests.factories.people import actor_for
from tests.factories.sessions import end, write_sessions

pytestmark = pytest.mark.database
SOME_LENGTHS = {(1, 1), (2, 3), (3, 2), (5, 7)}  # fewer read than answered, more, and what divides neither


@pytest.fixture
def found(caller, default_pool):
    def ask(query: str) -> list[str]:
        response = caller.get(f"/api/v1/sessions?{query}")
        assert response.status_code == 200, response.content
        return [session["id"] for session in response.json()["results"]]

    return ask


def test_every_filter_narrows(found, user, claimed_session):
    over = claimed_session(user, name="checkout", metadata={"order": "42"})
    live = claimed_session(user, metadata={"order": "43"})
    end(over, actor=actor_for(user))
    one = [over.public_id]
    for query in (
        "state=ended", "outcome=completed", "end_reason=released,idle", "q=CHECK", f"q={over.public_id}",
        "metadata.order=42", f"q={quote('metadata.order=42')}", "owner=me&state=completed", "shared=false&state=ended",
        "since=1h&q=checkout", f"owner={quote(user.email)}&state=ended",
    ):  # fmt: skip
        assert found(query) == one, query
    assert found("state=live") == [live.public_id]
    for query in ("until=1h", "shared=true", "owner=nobody@example.com", "end_reason=idle"):
        assert found(query) == [], query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=live,nonsense", "state"), ("outcome=x", "outcome"), ("end_reason=x", "end_reason"),
        ("since=x", "since"), ("until=0001-01-01T00:00:00%2B01:00", "until"), ("shared=x", "shared"),
        ("owner=x", "owner"), ("q=%00", "q"), ("metadata.=1", "metadata"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_with_its_name(query, field, caller, default_pool):
    response = caller.get(f"/api/v1/sessions?{query}")
    assert response.status_code == 422
    assert [problem["field"] for problem in response.json()["errors"]] == [field]


def test_a_filtered_list_goes_on_by_cursor_to_its_end(caller, user, default_pool, claimed_session):
    made = sorted((claimed_session(user, metadata={"a&b": "c d"}).public_id for _ in range(3)), reverse=True)
    claimed_session(user)
    address = f"/api/v1/sessions?{urlencode({'metadata.a&b': 'c d', 'limit': 2})}"
    seen = []
    while address:
        body = caller.get(address).json()
        seen += [session["id"] for session in body["results"]]
        address = (body["next"] or "").replace("http://testserver", "")
    assert seen == made


@pytest.fixture
def walk(caller):
    """The pages of a list, from an address on, in one direction."""

    def ask(address: str, onward: str = "next") -> list[dict]:
        pages = []
        while address:
            response = caller.get(address)
            assert response.status_code == 200, response.content
            pages.append(response.json())
            address = (pages[-1][onward] or "").replace("http://testserver", "")
        return pages

    return ask


def ids(page: dict) -> list[str]:
    return [session["id"] for session in page["results"]]


def test_a_search_for_text_leads_on_where_it_has_found_nothing_yet(walk, user, monkeypatch):
    monkeypatch.setattr(wording, "SCAN", 3)
    (old,) = write_sessions(user, 1, name="needle")
    write_sessions(user, 7)
    pages = walk("/api/v1/sessions?q=needle")
    assert [ids(page) for page in pages] == [[], [], [old.public_id]]
    assert [page["next"] is None for page in pages] == [False, False, True]


def lengths() -> Iterator[ParameterSet]:
    """How many rows are read at once, and how many answered: some, and all pairs of them."""
    for scan, limit in product((1, 2, 3, 5, 13, 20), (1, 2, 3, 7, 20)):
        yield pytest.param(scan, limit, marks=[] if (scan, limit) in SOME_LENGTHS else [pytest.mark.wide])


@pytest.mark.parametrize(("scan", "limit"), lengths())
def test_a_search_for_text_finds_each_once_in_order_at_any_length_of_page(scan, limit, walk, user, monkeypatch):
    names = ["needle", "", "needle", "needle", "", "", "", "", "needle", "needle", "needle", "needle", ""]
    made = [write_sessions(user, 1, name=name)[0].public_id for name in names]
    wanted = sorted((key for key, name in zip(made, names, strict=True) if name), reverse=True)
    monkeypatch.setattr(wording, "SCAN", scan)
    pages = walk(f"/api/v1/sessions?q=needle&limit={limit}")
    assert [key for page in pages for key in ids(page)] == wanted
    assert all(len(page["results"]) <= limit for page in pages)
    last = next(page for page in reversed(pages) if page["results"])
    back = walk((last["previous"] or "").replace("http://testserver", ""), "previous")
    seen = [key for page in reversed(back) for key in ids(page)]
    assert seen == [key for key in wanted if key > ids(last)[0]]


@pytest.mark.parametrize("onward", ["next", "previous"])
def test_from_a_page_that_found_nothing_one_comes_back(onward, walk, user, monkeypatch):
    monkeypatch.setattr(wording, "SCAN", 2)
    names = ["needle", *[""] * 6, "needle"]
    made = [write_sessions(user, 1, name=name)[0].public_id for name in names]
    pages = walk("/api/v1/sessions?q=needle")
    pages = pages if onward == "next" else walk(f"{pages[-1]['previous']}".replace("http://testserver", ""), onward)
    empty = next(page for page in pages if not page["results"])
    back = "previous" if onward == "next" else "next"
    seen = [key for page in walk(empty[back].replace("http://testserver", ""), back) for key in ids(page)]
    assert seen == [made[-1] if onward == "next" else made[0]]


def test_release_takes_the_same_query(caller, user, default_pool, claimed_session):
    claimed_session(user, name="keep")
    claimed_session(user, name="to go")
    assert caller.post("/api/v1/sessions/release?q=to+go").json() == {"released": 1}


def test_release_by_text_is_of_all_at_any_distance(caller, user, default_pool, claimed_session, monkeypatch):
    monkeypatch.setattr(wording, "SCAN", 1)
    for name in ("to go", "", "to go", ""):
        claimed_session(user, name=name)
    assert caller.post("/api/v1/sessions/release?q=to+go").json() == {"released": 2}
