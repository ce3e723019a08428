"""What a caller may ask for, in a query or a body: a table of each option, and anything at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Invalid
from apps.sessions.options import LONGEST_SECONDS, SessionOptions, from_body, from_query

FINE: list[tuple[str, Any, str, Any]] = [
    # name, in a body, in a query, as understood
    ("pool", "fast", "fast", "fast"),
    ("name", "my run", "my run", "my run"),
    ("keep_alive", True, "true", True),
    ("keep_alive", True, "1", True),
    ("keep_alive", True, "", True),
    ("keep_alive", False, "false", False),
    ("timeout", 60, "60", 60),
    ("timeout", LONGEST_SECONDS, str(LONGEST_SECONDS), LONGEST_SECONDS),
    ("idle_timeout", 1, "1", 1),
]
FINE_LAUNCH: list[tuple[str, Any, str, Any]] = [
    ("viewport", {"width": 800, "height": 600}, "800x600", {"width": 800, "height": 600}),
    ("viewport", "1920x1080", "1920x1080", {"width": 1920, "height": 1080}),
    ("viewport", "100x100", "7680x4320", None),
    ("locale", "de-DE", "de-DE", "de-DE"),
    ("locale", "zh-Hant-TW", "zh-Hant-TW", "zh-Hant-TW"),
    ("timezone", "Europe/Berlin", "Europe/Berlin", "Europe/Berlin"),
    ("timezone", "America/Argentina/Buenos_Aires", "Etc/GMT+5", None),
    ("user_agent", "Robot/1.0 (+https://x)", "Robot/1.0 (+https://x)", "Robot/1.0 (+https://x)"),
    ("proxy", "http://u:p@proxy.example:3128", "http://u:p@proxy.example:3128", "http://u:p@proxy.example:3128"),
    ("args", ["--mute-audio"], "--mute-audio", ["--mute-audio"]),
]
WRONG: list[tuple[str, Any]] = [
    ("pool", 7),
    ("pool", "x" * 121),
    ("pool", "a\x00b"),
    ("name", "\ud800"),
    ("keep_alive", "yes please"),
    ("keep_alive", 1),
    ("timeout", 0),
    ("timeout", -1),
    ("timeout", 1.5),
    ("timeout", True),
    ("timeout", "60"),
    ("timeout", LONGEST_SECONDS + 1),
    ("timeout", float("inf")),
    ("idle_timeout", "soon"),
    ("viewport", "big"),
    ("viewport", "99x100"),
    ("viewport", "100x4321"),
    ("viewport", "1280x720\n"),
    ("viewport", {"width": 1280}),
    ("viewport", {"width": 1280, "height": True}),
    ("viewport", {"width": 1280, "height": 720, "depth": 3}),
    ("viewport", [1280, 720]),
    ("locale", "de DE"),
    ("locale", "de-DE\n"),
    ("timezone", "../../etc/passwd"),
    ("timezone", "a/b/c/d"),
    ("user_agent", "evil\r\nHost: x"),
    ("user_agent", ""),
    ("user_agent", "x" * 501),
    ("proxy", "ftp://x:1"),
    ("proxy", "http://nohost"),
    ("proxy", "http://x:99999"),
    ("proxy", "http://x:1\r\nx"),
    ("args", "--mute-audio"),
    ("args", ["--x", 7]),
    ("args", ["--x\x00"]),
    ("args", ["x" * 501]),
    ("headless", False),
    ("browser", "firefox"),
    ("metadata", []),
    ("metadata", {"a": 1}),
    ("metadata", {"a": "x" * 501}),
    ("metadata", {"a\x00": "b"}),
    ("metadata", {str(number): "" for number in range(51)}),
    ("profile", "work"),
    ("profile_mode", "read_write"),
    ("record", "smell"),
    ("record", True),
    ("block_ads", True),
    ("interceptors", ["x"]),
    ("extensions", ["x"]),
    ("colour", "red"),
    ("token", "in a body"),
]


@pytest.mark.parametrize(("name", "value", "text", "understood"), FINE)
def test_a_plain_option_is_understood(name: str, value: Any, text: str, understood: Any) -> None:
    assert getattr(from_body({name: value}), name) == understood
    assert getattr(from_query({name: text}), name) == understood


@pytest.mark.parametrize(("name", "value", "text", "understood"), FINE_LAUNCH)
def test_a_launch_option_is_understood(name: str, value: Any, text: str, understood: Any) -> None:
    for options in (from_body({name: value}), from_query({name: text})):
        assert set(options.launch) == {name}
        assert understood is None or options.launch[name] == understood


@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda value: ascii(value)[:40])
def test_a_wrong_option_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        from_body({name: value, "keep_alive": value if name == "keep_alive" else True})
    assert refused.value.status == 422
    assert name in refused.value.fields
    assert name in refused.value.detail


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        from_body({"colour": "red", "timeout": 0, "name": "fine", "viewport": "x"})
    assert set(refused.value.fields) == {"colour", "timeout", "viewport"}


def test_values_that_ask_for_nothing_are_let_be() -> None:
    nothing = {
        "pool": None, "name": None, "keep_alive": None, "timeout": None, "viewport": None, "args": [], "headless": True,
        "browser": "chromium", "profile": None, "profile_mode": "none", "record": None, "block_ads": False,
        "interceptors": [], "extensions": [], "metadata": None,
    }  # fmt: skip
    assert from_body(nothing) == SessionOptions()


def test_the_callers_own_words_in_an_address_are_no_options() -> None:
    assert from_query({"token": "bg_x", "ticket": "y", "claim": "z"}) == SessionOptions()


def test_metadata_stands_in_an_address_key_by_key() -> None:
    assert from_query({"metadata.order": "42", "metadata.a.b": "c"}).metadata == {"order": "42", "a.b": "c"}


def test_metadata_given_both_ways_is_refused_and_not_a_crash() -> None:
    with pytest.raises(Invalid) as refused:
        from_query({"metadata": "x", "metadata.a": "b"})
    assert "metadata" in refused.value.fields


@pytest.mark.parametrize("text", ["9" * 5000, "१०" * 3000, "²", "1e3", " 60", "+60", "0x10"])
def test_a_number_that_is_none_is_refused_and_not_a_crash(text: str) -> None:
    with pytest.raises(Invalid):
        from_query({"timeout": text})


def test_the_fingerprint_depends_on_the_meaning_alone() -> None:
    first = from_body({"viewport": "800x600", "name": "a", "metadata": {"x": "1", "y": "2"}})
    second = from_body({"metadata": {"y": "2", "x": "1"}, "name": "a", "viewport": {"height": 600, "width": 800}})
    assert first.fingerprint() == second.fingerprint()
    assert first.fingerprint() != from_body({"name": "b"}).fingerprint()


def test_options_come_back_from_their_stored_form() -> None:
    options = from_body({"viewport": "800x600", "timeout": 5, "metadata": {"a": "b"}, "keep_alive": True, "pool": "p"})
    assert SessionOptions(**options.as_json()) == options


names = st.sampled_from([name for name, *_ in WRONG] + ["metadata.x", "", "\ud800"]) | st.text(max_size=10)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


@given(st.dictionaries(names, values, max_size=5))
def test_any_body_at_all_is_understood_or_refused(body: dict[str, Any]) -> None:
    try:
        options = from_body(body)
    except Invalid as refused:
        assert refused.fields  # noqa: PT017 - either is fine
        refused.detail.encode()
    else:
        assert SessionOptions(**options.as_json()) == options
        str(options.as_json()).encode()


@given(st.dictionaries(names, st.text(max_size=20), max_size=5))
def test_any_query_at_all_is_understood_or_refused(query: dict[str, str]) -> None:
    try:
        from_query(query).fingerprint()
    except Invalid as refused:
        assert refused.fields  # noqa: PT017 - either is fine


def test_not_to_be_recorded_is_an_option_of_its_own() -> None:
    """A pool may record what does not say so."""
    assert from_query({"record": "none"}).record == "none"
    assert from_query({"record": "all"}).as_json()["record"] == "all"
