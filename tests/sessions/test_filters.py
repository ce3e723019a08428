"""Narrowing sessions: every filter on both databases, and keys that nobody would choose kindly."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import QueryDict

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.filters import filters_from
from apps.sessions.models import BrowserSession
from apps.sessions.queries import visible_sessions
from tests.factories.people import actor_for
from tests.factories.sessions import end, made_at, make_claimed_session, make_ready_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NAUGHTY = [
    "order", "7", "0", "-1", "a.b", "a b", "$", "$.a", "[0]", "a[1]", 'qu"ote', "back\\slash", "'", "%", "_", "%s",
    "__class__", "order__contains", "null", "true", "é", "日本語", "🙂", "'; DROP TABLE x; --", "\u202e", "{}", "#-1",
    "*", "?", "\\u0041", "--", "/*", "&amp;", "<script>", "\t", "İ", "ﬀ",
]  # fmt: skip


@pytest.fixture
def ann(pool: Pool, make_user: Callable[..., User]) -> User:
    return make_user("ann@example.com")


def found(user: User, query: str) -> set[BrowserSession]:
    filters = filters_from(QueryDict(query))
    assert filters.wrong == {}
    actor = actor_for(user)
    return set(filters.narrow(visible_sessions(actor), actor))


def wrong(query: str) -> set[str]:
    return set(filters_from(QueryDict(query)).wrong)


@pytest.mark.parametrize("key", NAUGHTY)
def test_metadata_is_found_under_any_key_and_only_there(key: str, ann: User) -> None:
    noted = make_claimed_session(ann, metadata={key: "42", "other": key})
    make_claimed_session(ann, metadata={"else": "42", "more": key})
    word = QueryDict(mutable=True)
    word[f"metadata.{key}"] = "42"
    assert found(ann, word.urlencode()) == {noted}
    word[f"metadata.{key}"] = "4"
    assert found(ann, word.urlencode()) == set()


@pytest.mark.parametrize("text", NAUGHTY)
def test_text_is_found_in_keys_values_and_names(text: str, ann: User) -> None:
    by_key = make_claimed_session(ann, metadata={f"<{text}>": "~"})
    by_value = make_claimed_session(ann, metadata={"~": f"<{text}>"})
    by_name = make_claimed_session(ann, name=f"<{text}>")
    make_claimed_session(ann, metadata={"~": "~"})
    word = QueryDict(mutable=True)
    word["q"] = f"<{text}>"
    assert found(ann, word.urlencode()) == {by_key, by_value, by_name}


def test_several_terms_must_all_hold(ann: User) -> None:
    both = make_claimed_session(ann, metadata={"order": "42", "step": "pay"})
    make_claimed_session(ann, metadata={"order": "42"})
    assert found(ann, "metadata.order=42&metadata.step=pay") == {both}
    assert found(ann, "q=metadata.order%3D42+metadata.step%3Dpay") == {both}


def test_terms_of_the_text_become_filters_and_the_rest_stays_text() -> None:
    filters = filters_from(QueryDict("q=night metadata.order%3D42 run metadata.%22a b%22%3D%22two words%22 metadata."))
    assert filters.metadata == {"order": "42", "a b": "two words"}
    assert filters.text == "night run metadata."


def test_text_finds_an_id_its_beginning_and_the_end_that_rows_show(ann: User) -> None:
    one = make_claimed_session(ann)
    make_claimed_session(ann)
    word = one.public_id
    assert found(ann, f"q={word}") == {one}
    assert found(ann, f"q=…{word[-8:]}") == {one}
    assert found(ann, f"q={word[:-1]}") == {one}
    assert found(ann, "q=ses_zzzzzz") == set()


def test_case_does_not_matter_for_plain_letters(ann: User) -> None:
    one = make_claimed_session(ann, name="Checkout", metadata={"Shop": "Berlin"})
    for text in ("checkOUT", "shop", "BERLIN"):
        assert found(ann, f"q={text}") == {one}


def test_states_and_groups_of_them(ann: User, make_user: Callable[..., User]) -> None:
    live, over, warm = make_claimed_session(ann), make_claimed_session(ann), make_ready_session()
    end(over, actor=actor_for(ann))
    assert found(ann, "state=live") == {live}
    assert found(ann, "state=ended") == {over}
    assert found(ann, "state=claimed,completed") == {live, over}
    assert found(ann, "state=failed") == set()
    assert found(ann, "state=warm") == set()
    assert found(make_user(staff=True), "state=warm") == {warm}


def test_how_it_ended(ann: User) -> None:
    over = make_claimed_session(ann)
    make_claimed_session(ann)
    end(over, actor=actor_for(ann))
    assert found(ann, "outcome=completed&end_reason=released") == {over}
    assert found(ann, "end_reason=idle") == set()


def test_whose_it_is(ann: User, make_user: Callable[..., User]) -> None:
    staff = make_user("staff@example.com", staff=True)
    own, hers = make_claimed_session(staff), make_claimed_session(ann)
    assert found(staff, "owner=me") == {own}
    assert found(staff, "owner=ANN@example.com") == {hers}
    assert found(staff, f"owner={ann.public_id}") == {hers}
    assert found(ann, "owner=staff@example.com") == set()
    assert found(ann, "shared=false") == {hers}
    assert found(ann, "shared=true") == set()
    assert found(staff, "shared=true") == set()


def test_when_it_was_claimed(ann: User) -> None:
    old, new = make_claimed_session(ann), make_claimed_session(ann)
    moment = new.claimed_at - timedelta(hours=30)
    old = made_at(old, moment)
    assert found(ann, "since=24h") == {new}
    assert found(ann, "since=2d") == {old, new}
    assert found(ann, "until=24h") == {old}
    assert found(ann, f"since={moment:%Y-%m-%dT%H:%M:%S.%fZ}&until=1d") == {old}


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00Z", "1969-12-31T23:00:00Z"])
def test_nothing_was_claimed_before_there_were_ids(until: str, ann: User) -> None:
    make_claimed_session(ann)
    assert found(ann, f"until={until}") == set()


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59Z", "5138-11-16T09:46:39Z"])
def test_everything_was_claimed_before_the_end_of_time(until: str, ann: User) -> None:
    session = make_claimed_session(ann)
    assert found(ann, f"until={until}") == {session}


def test_where_it_runs(ann: User, pool: Pool, make_pool: Callable[..., Pool]) -> None:
    mine = make_pool(ann)
    here, there = make_claimed_session(ann), make_claimed_session(ann, mine)
    assert found(ann, "pool=default") == {here}
    assert found(ann, f"pool={mine.public_id}") == {there}
    assert found(ann, f"pool={pool.public_id}") == set()  # not hers to see


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("state=nonsense", "state"),
        ("outcome=won", "outcome"),
        ("end_reason=bored", "end_reason"),
        ("owner=somebody", "owner"),
        ("shared=perhaps", "shared"),
        ("since=yesterday", "since"),
        ("until=2026-11-21", "until"),
        ("q=%00", "q"),
        (f"q={'x' * 201}", "q"),
        ("metadata.=1", "metadata"),
        ("metadata.a=%00", "metadata"),
        (f"metadata.{'k' * 61}=1", "metadata"),
        ("&".join(f"metadata.k{number}=1" for number in range(11)), "metadata"),
    ],
)
def test_what_cannot_be_understood_is_named_and_left_out(query: str, name: str, ann: User) -> None:
    assert wrong(query) == {name}
