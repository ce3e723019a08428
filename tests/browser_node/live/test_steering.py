"""Addresses as a person types them, and messages as anybody might send them."""

import pytest

from browser_node.live import messages
from browser_node.live.messages import Refused
from browser_node.live.steering import address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://example.com/a?b#c", "https://example.com/a?b#c"),
        (" example.com ", "https://example.com"),
        ("example.com/a:b", "https://example.com/a:b"),
        ("localhost:3000", "http://localhost:3000"),
        ("example.com:8080/x", "http://example.com:8080/x"),
        ("about:blank", "about:blank"),
        ("data:text/html,<b>x", "data:text/html,<b>x"),
        ("HTTP://EXAMPLE.COM", "HTTP://EXAMPLE.COM"),
    ],
)
def test_an_address_is_understood_as_it_was_meant(typed: str, meant: str) -> None:
    assert address(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "  ", "javascript:alert(1)", "file:///etc/passwd", "chrome://quit", "about:crash", "JavaScript:x"]
)
def test_what_is_no_address_of_the_web_is_not_opened(typed: str) -> None:
    with pytest.raises(Refused):
        address(typed)


@pytest.mark.parametrize("value", ["1", None, True, [1], float("nan"), float("inf"), 1e9])
def test_a_number_must_be_one(value: object) -> None:
    with pytest.raises(Refused, match="x must be a number"):
        messages.number({"x": value}, "x")


def test_a_text_has_a_limit() -> None:
    assert messages.text({"a": "é"}, "a", 1) == "é"
    assert messages.text({}, "a", 1) == ""
    for value in ("long", 1, ["a"]):
        with pytest.raises(Refused):
            messages.text({"a": value}, "a", 3)
