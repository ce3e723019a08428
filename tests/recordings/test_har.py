"""HTTP archives: what is said of a request, and that a public validator takes the whole."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from apps.recordings.har import entry, pieces

CLIENTS = Path(__file__).resolve().parents[1] / "clients"
T = 1_700_000_000_000
LINE: dict[str, Any] = {
    "t": T, "end": T + 120, "page": "A", "id": "1", "type": "Document", "method": "GET",
    "url": "https://example.com/?a=1&b=&a=2", "protocol": "h2", "status": 200, "status_text": "",
    "request_headers": [["accept", "*/*"]], "response_headers": [["content-type", "text/html"]],
    "request_bytes": 0, "mime": "text/html", "bytes": 1234, "body_bytes": 4000, "ip": "93.184.216.34",
    "from_cache": False, "error": "", "initiator": "other",
    "timing": {
        "requestTime": 1.0, "dnsStart": 1, "dnsEnd": 5, "connectStart": 5, "connectEnd": 30, "sslStart": 10,
        "sslEnd": 30, "sendStart": 31, "sendEnd": 32, "receiveHeadersStart": 89, "receiveHeadersEnd": 90,
    },
}  # fmt: skip
VISIT = {"t": T - 5, "page": "A", "kind": "navigated", "url": "https://example.com/", "title": ""}
ODD = [
    {"t": T + 1, "url": "data:text/plain,x"},
    {"t": T + 2, "url": "https://[bad", "method": "POST", "error": "net::ERR_NAME_NOT_RESOLVED", "status": None},
    {"t": T + 3, "url": "https://example.com/r", "status": 302, "response_headers": {"Location": "/x"}, "page": "B"},
    {"t": T + 4, "url": "https://example.com/c", "status": 200, "from_cache": True, "timing": {"sendStart": -1}},
    {"t": T + 5, "end": T, "url": "ws://example.com/", "status": "200", "request_headers": ["x"], "ip": "[::1]"},
]


def archive(*requests: dict[str, Any]) -> dict[str, Any]:
    text = "".join(
        pieces([VISIT, {"page": "A", "kind": "title", "title": "Example"}], requests, browser="Chrome/156.0")
    )
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_request_is_told_with_its_times():
    told = entry(LINE, "page_1")
    assert told["timings"] == {
        "blocked": 1, "dns": 4, "connect": 25, "ssl": 20, "send": 1, "wait": 58, "receive": 30,
    }  # fmt: skip
    assert told["time"] == pytest.approx(119, abs=1.1)
    assert told["startedDateTime"] == "2023-11-14T22:13:20.000Z"
    assert (told["request"]["httpVersion"], told["serverIPAddress"]) == ("HTTP/2.0", "93.184.216.34")


def test_the_query_is_taken_apart():
    names = [(pair["name"], pair["value"]) for pair in entry(LINE)["request"]["queryString"]]
    assert names == [("a", "1"), ("b", ""), ("a", "2")]


def test_a_redirect_says_where_to():
    assert entry(ODD[2])["response"]["redirectURL"] == "/x"


def test_a_failure_says_why():
    told = entry(ODD[1])
    assert (told["response"]["status"], told["_error"]) == (0, "net::ERR_NAME_NOT_RESOLVED")


def test_requests_belong_to_the_visit_that_had_begun():
    told = archive(LINE, {**LINE, "page": "other"})["log"]
    assert told["pages"] == [
        {"id": "page_1", "startedDateTime": "2023-11-14T22:13:19.995Z", "title": "Example",
         "pageTimings": {"onContentLoad": -1, "onLoad": -1}}
    ]  # fmt: skip
    assert [request.get("pageref") for request in told["entries"]] == ["page_1", None]


def test_without_a_request_it_is_an_archive_still():
    assert archive()["log"]["entries"] == []


@pytest.mark.clients
def test_a_public_validator_takes_it(tmp_path: Path):
    node = shutil.which("node", path=f"{os.environ.get('VIRTUAL_ENV', '.venv')}/node:{os.environ['PATH']}")
    assert node is not None, "Node.js is missing; ./setup.sh installs it"
    (tmp_path / "session.har").write_text(json.dumps(archive(LINE, *ODD)))
    told = subprocess.run(
        [node, str(CLIENTS / "har.mjs"), str(tmp_path / "session.har")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (told.stdout.strip(), told.returncode) == ("valid", 0), told.stdout + told.stderr
