"""Where a credential may stand in a request, and where it counts for nothing."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.gateway.credentials import Shown, shown


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("headers", "query", "token"),
    [
        ({"authorization": "Bearer bg_x"}, {}, "bg_x"),
        ({"authorization": "bearer  bg_x "}, {}, "bg_x"),
        ({"x-api-key": "bg_x"}, {}, "bg_x"),
        ({}, {"token": "bg_x"}, "bg_x"),
        (basic("bg_x:"), {}, "bg_x"),
        (basic("anybody:bg_x"), {}, "bg_x"),
        (basic("bg_x"), {}, "bg_x"),
        ({"authorization": "Bearer bg_x"}, {"token": "bg_y"}, "bg_x"),
        ({}, {"token": "bg_x/json/version"}, "bg_x"),
        ({}, {"token": "bg_x/json/version/"}, "bg_x"),
        ({"authorization": "Basic %%%"}, {}, ""),
        ({"cookie": "browsergrid_session=abc; token=bg_x"}, {}, ""),
        ({"authorization": "Digest bg_x"}, {}, ""),
    ],
)
def test_a_token_is_found_where_clients_put_it(headers: dict[str, str], query: dict[str, str], token: str) -> None:
    assert shown(headers, query).token == token


def test_a_ticket_stands_in_the_query_alone() -> None:
    assert shown({}, {"ticket": "abc/json/version"}).ticket == "abc"
    assert shown({"authorization": "Bearer abc"}, {}).ticket == ""


def test_what_was_shown_is_never_printed() -> None:
    assert "bg_secret" not in repr(Shown("bg_secret", "bg_secret"))


@given(st.text(), st.text())
def test_any_header_is_read_without_an_error(authorization: str, token: str) -> None:
    shown({"authorization": authorization}, {"token": token})
