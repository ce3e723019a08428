"""What a tab may ask for."""

import json

import pytest

from apps.dashboard.live.wants import MOST_TOPICS, NotUnderstood, Wants, parse


def test_topics_and_a_position_are_taken() -> None:
    assert parse('{"topics": ["session", "pool_1"], "after": 7}') == Wants(frozenset({"session", "pool_1"}), 7)


def test_a_page_that_knows_nothing_yet_names_no_position() -> None:
    assert parse('{"topics": []}').after is None


@pytest.mark.parametrize("after", [-1, 1.5, True, "7", 2**63, [], {}])
def test_a_position_that_is_none_is_not_understood(after: object) -> None:
    with pytest.raises(NotUnderstood):
        parse(json.dumps({"after": after}))


@pytest.mark.parametrize(
    "text",
    [None, "", "{", "[]", "1", '"x"', '{"topics": "session"}', '{"topics": [1]}', '{"topics": [null]}',
     json.dumps({"topics": ["x" * 65]}), json.dumps({"topics": ["x"] * (MOST_TOPICS + 1)}), "[" * 100_000],
)  # fmt: skip
def test_anything_else_is_not_understood(text: str | None) -> None:
    with pytest.raises(NotUnderstood):
        parse(text)
