"""Snippets: each client's, with the token in its place and nothing that could break out of the page."""

from pathlib import Path

import pytest

from apps.access.outside import Origin
from apps.dashboard.snippets import CLIENTS, coloured, for_claim, for_session

ORIGIN = Origin("https", "grid.example.com")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs/how-to/connect-a-client.md"


def test_every_client_has_its_snippet() -> None:
    assert [snippet.client for snippet in for_claim(ORIGIN)] == list(CLIENTS)
    assert [snippet.client for snippet in for_session(ORIGIN, "ses_1", "wss://grid.example.com/x?ticket=t")] == list(
        CLIENTS
    )


@pytest.mark.parametrize("snippet", for_claim(ORIGIN, "bg_secret"), ids=lambda snippet: snippet.client)
def test_a_snippet_carries_the_token_and_marks_it(snippet) -> None:
    assert "bg_secret" in snippet.code
    assert "<mark>bg_secret</mark>" in snippet.html


def test_addresses_have_the_scheme_that_the_client_wants() -> None:
    code = {snippet.client: snippet.code for snippet in for_claim(ORIGIN, "bg_secret", pool="fast")}
    assert '"https://grid.example.com/connect?token=bg_secret&pool=fast"' in code["playwright-python"]
    assert '"wss://grid.example.com/connect?token=bg_secret&pool=fast"' in code["puppeteer"]
    assert '{"pool": "fast"}' in code["selenium"]


def test_a_sessions_snippets_join_that_session() -> None:
    address = "wss://grid.example.com/sessions/ses_1/connect?ticket=abc"
    code = {snippet.client: snippet.code for snippet in for_session(ORIGIN, "ses_1", address)}
    assert address in code["puppeteer"]
    assert "'https://grid.example.com/sessions/ses_1/connect/json/version?ticket=abc'" in code["curl"]


@pytest.mark.parametrize("name", ["python", "node"])
def test_python_snippets_are_python(name: str) -> None:
    code = {snippet.client: snippet.code for snippet in for_claim(ORIGIN)}
    compile(code["playwright-python"], name, "exec")
    compile(code["selenium"], name, "exec")
    compile(code["browser-use"], name, "exec")


def test_colouring_escapes_everything_and_changes_no_letter() -> None:
    html = coloured('print("<script>&")  <b>', marked="<b>")
    assert "<script>" not in html
    assert html.replace("<mark>", "").replace("</mark>", "").count("&lt;b&gt;") == 1


@pytest.mark.parametrize("snippet", for_claim(ORIGIN, "TOKEN"), ids=lambda snippet: snippet.client)
def test_the_documents_say_what_the_pages_say(snippet) -> None:
    """The line that names the address is the same; only the host differs."""
    told = DOCUMENT.read_text().replace("http://localhost:8000", ORIGIN.http).replace("ws://localhost:8000", ORIGIN.ws)
    lines = [
        line.strip().rstrip(",") for line in snippet.code.splitlines() if "TOKEN" in line or "debugger_address" in line
    ]
    told_flat = " ".join(told.split())
    assert any(line in told_flat for line in lines)
