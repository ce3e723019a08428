"""The same filters as on the pages, over the API: what is found, what is refused, and by cursor to the end."""

from urllib.parse import quote, urlencode

import pytest

from tests.factories.people import actor_for
from tests.factories.sessions import end

pytestmark = pytest.mark.database


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


def test_release_takes_the_same_query(caller, user, default_pool, claimed_session):
    claimed_session(user, name="keep")
    claimed_session(user, name="to go")
    assert caller.post("/api/v1/sessions/release?q=to+go").json() == {"released": 1}
