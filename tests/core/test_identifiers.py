"""Ids: ordered by time inside, opaque and unambiguous outside."""

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.identifiers import ALPHABET, LENGTH, decode, encode, least, made_at, uuid7

uuids = st.integers(0, (1 << 128) - 1).map(lambda number: uuid.UUID(int=number))


@given(uuids)
def test_what_is_encoded_comes_back(value: uuid.UUID) -> None:
    word = encode("ses", value)
    assert decode("ses", word) == value
    assert len(word) == len("ses_") + LENGTH
    assert set(word[4:]) <= set(ALPHABET)


@given(uuids, uuids)
def test_the_order_of_ids_is_the_order_of_their_words(one: uuid.UUID, other: uuid.UUID) -> None:
    assert (one.int < other.int) == (encode("x", one) < encode("x", other))


@given(st.text())
def test_anything_else_is_no_id(text: str) -> None:
    value = decode("ses", text)
    assert value is None or encode("ses", value) == text


@pytest.mark.parametrize(
    "word", ["ses_" + "z" * 26, "ses_" + "0" * 25, "pool_" + "0" * 26, "0" * 26, "SES_" + "0" * 26]
)
def test_a_word_too_large_too_short_or_of_another_kind_is_no_id(word: str) -> None:
    assert decode("ses", word) is None


def test_an_id_is_a_uuid_of_version_7_and_grows_with_time() -> None:
    made = [uuid7() for _ in range(1000)]
    assert {value.version for value in made} == {7}
    assert {value.variant for value in made} == {uuid.RFC_4122}
    assert made == sorted(set(made))


def test_ids_made_in_one_instant_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    instant = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: instant)
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_the_least_id_of_a_moment_parts_what_was_made_before_from_what_comes_later() -> None:
    now, second = datetime.now(UTC), timedelta(seconds=1)
    made = uuid7()
    assert least(now - second) < made < least(now + second)
    assert made < least(now - second, slack=2 * second)


@pytest.mark.parametrize("moment", [datetime.min, datetime(1969, 12, 31, 12), datetime(5138, 11, 16), datetime.max])
def test_moments_that_no_id_can_tell_have_a_least_one_all_the_same(moment: datetime) -> None:
    assert least(moment.replace(tzinfo=UTC), slack=timedelta(hours=1)).int >> 128 == 0


def test_an_id_tells_when_it_was_made() -> None:
    before = datetime.now(UTC)
    moment = made_at(uuid7())
    assert before - timedelta(milliseconds=2) <= moment <= datetime.now(UTC) + timedelta(milliseconds=2)
