"""Chrome's documents with our addresses: complete by themselves, and nothing of the browser's own left."""

from uuid import UUID

import pytest

from apps.access.outside import Origin, parse_origin
from apps.gateway.addresses import browser_id
from apps.gateway.discovery import Doors, frontend, home, targets, version, with_port

SESSION = UUID("01a1fdaf-4acc-7000-8000-000000000001")
DOORS = Doors("wss://grid.example/sessions/ses_1/connect", SESSION, "tick")
FACTS = {
    "Browser": "Chrome/156",
    "Protocol-Version": "1.3",
    "User-Agent": "UA",
    "V8-Version": "15",
    "WebKit-Version": "5",
}


def test_the_version_is_chrome_s_with_a_complete_address() -> None:
    told = version(FACTS, "ses_1", "https://grid.example/sessions/ses_1/", DOORS)
    assert told["Browser"] == "Chrome/156"
    assert told["webSocketDebuggerUrl"] == (
        f"wss://grid.example/sessions/ses_1/connect/devtools/browser/{browser_id(SESSION)}?ticket=tick"
    )
    assert told["sessionId"] == "ses_1"
    assert told["sessionUrl"] == "https://grid.example/sessions/ses_1/"
    assert {"liveUrl", "devtoolsFrontendUrl", *FACTS} <= set(told)


def test_a_list_s_pages_lead_through_us() -> None:
    found = [
        {
            "id": "A1",
            "type": "page",
            "url": "about:blank",
            "webSocketDebuggerUrl": "ws://127.0.0.1:9222/devtools/page/A1",
            "devtoolsFrontendUrl": "https://chrome-devtools-frontend.appspot.com/?ws=127.0.0.1:9222/devtools/page/A1",
        },
        {"id": "B2", "type": "other"},
        "nonsense",
    ]
    [page, other] = targets(found, DOORS)
    assert page["webSocketDebuggerUrl"] == "wss://grid.example/sessions/ses_1/connect/devtools/page/A1?ticket=tick"
    assert "127.0.0.1" not in str(page)
    assert other == {"id": "B2", "type": "other"}


def test_the_inspector_gets_the_whole_address_as_one_value() -> None:
    assert frontend("wss://a.b:8/x?ticket=t") == "devtools://devtools/bundled/inspector.html?wss=a.b:8/x%3Fticket%3Dt"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("http://abcdefghijklmnopqrstuvwxyz234567.connect.localhost:8000", "http://localhost:8000"),
        ("https://connect.grid.example", "https://grid.example"),
        ("https://grid.example", "https://grid.example"),
    ],
)
def test_pages_for_people_are_never_under_a_secret_name(host: str, expected: str) -> None:
    assert home(parse_origin(host)).http == expected


def test_a_port_that_was_left_out_is_put_in_where_it_is_unusual() -> None:
    assert with_port(Origin("http", "a.b"), 8000).http == "http://a.b:8000"
    assert with_port(Origin("http", "a.b:9000"), 8000).http == "http://a.b:9000"
    assert with_port(Origin("https", "a.b"), 443).http == "https://a.b"
    assert with_port(Origin("http", "a.b"), 0).http == "http://a.b"
