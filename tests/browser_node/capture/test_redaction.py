"""What is taken out of addresses, headers and texts, and what is left as it was."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser_node.capture import redaction


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.com/a/b?page=2&q=shoes#top", "https://example.com/a/b?page=2&q=shoes#top"),
        ("https://example.com/?token=abc&page=2", "https://example.com/?token=REDACTED&page=2"),
        ("https://example.com/?api_key=abc", "https://example.com/?api_key=REDACTED"),
        ("https://example.com/?apiKey=abc&monkey=see", "https://example.com/?apiKey=REDACTED&monkey=see"),
        (
            "https://example.com/?X-Amz-Signature=abc&X-Amz-Date=1",
            "https://example.com/?X-Amz-Signature=REDACTED&X-Amz-Date=1",
        ),
        ("https://example.com/cb?code=abc&state=x", "https://example.com/cb?code=REDACTED&state=x"),
        ("https://example.com/?sig=abc&design=x", "https://example.com/?sig=REDACTED&design=x"),
        ("https://example.com/#access_token=abc&expires=1", "https://example.com/#access_token=REDACTED&expires=1"),
        ("https://example.com/#/path?session=abc", "https://example.com/#/path?session=REDACTED"),
        ("https://example.com/?pass%77ord=abc", "https://example.com/?pass%77ord=REDACTED"),
        ("https://example.com/?new-password=a;b=c", "https://example.com/?new-password=REDACTED;b=c"),
        ("https://me:secret@example.com/", "https://REDACTED@example.com/"),
        ("https://example.com/?=token=abc", "https://example.com/?=token=REDACTED"),
        ("https://example.com/?token=", "https://example.com/?token="),
        ("data:text/plain,short", "data:text/plain,short"),
        ("about:blank", "about:blank"),
        ("", ""),
    ],
)
def test_addresses_lose_secrets_and_nothing_else(url: str, kept: str) -> None:
    assert redaction.address(url) == kept


def test_long_addresses_are_cut() -> None:
    assert len(redaction.address("data:image/png;base64," + "A" * 100_000)) < 100
    assert len(redaction.address("https://example.com/" + "a" * 100_000)) <= 4096


@given(st.text(max_size=200))
def test_no_value_of_a_secret_parameter_stays(value: str) -> None:
    canary = f"canary{''.join(each for each in value if each not in '&;#')}"
    assert "canary" not in redaction.address(f"https://example.com/?token={canary}")


def test_headers_lose_cookies_and_credentials() -> None:
    sent = {"Cookie": "a=b", "Authorization": "Basic x", "X-Api-Key": "k", "Accept": "text/html", ":authority": "x"}
    received = {"set-cookie": "a=b", "X-CSRF-Token": "c", "Location": "/?token=t", "Content-Type": "text/html"}
    assert redaction.headers(sent) == [
        *(["Cookie", "REDACTED"], ["Authorization", "REDACTED"], ["X-Api-Key", "REDACTED"]),
        *(["Accept", "text/html"], [":authority", "x"]),
    ]
    assert redaction.headers(received) == [
        *(["set-cookie", "REDACTED"], ["X-CSRF-Token", "REDACTED"]),
        *(["Location", "/?token=REDACTED"], ["Content-Type", "text/html"]),
    ]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("status code: 500", "status code: 500"),
        ("password: hunter2", "password: REDACTED"),
        ('{"accessToken":"abc","page":2}', '{"accessToken":"REDACTED","page":2}'),
        ("Authorization: Bearer abcdefgh", "Authorization: REDACTED REDACTED"),
        ("sent Bearer abcdefgh.x to it", "sent Bearer REDACTED to it"),
        ("see https://a.example/?token=abc now", "see https://a.example/?token=REDACTED now"),
        ("the token is missing", "the token is missing"),
        ("token: https://a.example/", "token: REDACTED"),
    ],
)
def test_texts_lose_what_is_written_like_a_secret(words: str, kept: str) -> None:
    assert redaction.text(words) == kept


def test_texts_are_cut_to_their_limit() -> None:
    assert redaction.text("x" * 10_000, 10) == "x" * 10 + "…"


@pytest.mark.timeout(5)
@pytest.mark.parametrize("words", ["a" * 100_000, "a=" * 50_000, "://" * 30_000, 'x":' * 30_000, "token" * 20_000])
def test_hostile_texts_take_no_time(words: str) -> None:
    began = time.process_time()
    for _ in range(10):
        redaction.text(words)
        redaction.address(words)
        redaction.address(f"https://example.com/?{words}")
    assert time.process_time() - began < 0.2
