"""Bodies that are no JSON, or JSON that two readers would read in two ways: 400, 413 or 415, never a failure."""

import json

import pytest
from asgiref.testing import ApplicationCommunicator

from browsergrid.asgi import django_application
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db

UNREADABLE = {
    "nothing but a brace": b"{",
    "a trailing comma": b'{"name": "x",}',
    "single quotes": b"{'name': 'x'}",
    "two values": b"{} {}",
    "a comment": b'{"name": "x" /* why */}',
    "NaN": b'{"timeout": NaN}',
    "Infinity": b'{"timeout": Infinity}',
    "-Infinity": b'{"timeout": -Infinity}',
    "a number beyond floats": b'{"timeout": 1e999}',
    "a number of 5,000 digits": b'{"timeout": ' + b"9" * 5000 + b"}",
    "a name twice": b'{"name": "x", "name": "y"}',
    "a name twice, deep inside": b'{"metadata": {"a": "x", "a": "y"}}',
    "bytes that are no UTF-8": b'{"name": "\xff\xfe"}',
    "an overlong slash": b'{"name": "\xc0\xaf"}',
    "half a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a control inside a text": b'{"name": "a\nb"}',
    "deep arrays": b'{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a NUL": b'{"name": "x"}\x00',
    "form fields": b"name=x",
    "a multipart body": b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--x--',
}
OTHER_TYPES = [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
    "text/json", "application/json; charset=utf-16", "application/json; charset=iso-8859-1",
    "application/json; charset=utf-7", "/", "x", "application/problem+json",
]  # fmt: skip


def send(caller: Caller, body: bytes, content_type: str = "application/json", path: str = "/api/v1/sessions"):
    return caller.client.generic("POST", path, body, content_type=content_type, headers=caller.headers)


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/pools", "/api/v1/tokens"])
def test_what_cannot_be_read_in_one_way_is_refused(caller, default_pool, body, path):
    answer = send(caller, body, path=path)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "bad_request"


@pytest.mark.parametrize("content_type", OTHER_TYPES)
def test_what_is_not_said_to_be_json_is_415(caller, default_pool, content_type):
    answer = send(caller, b'{"name": "x"}', content_type)
    assert answer.status_code == 415, answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "charset", ["zlib", "hex", "rot13", "utf-7", "idna", "punycode", "undefined", "unicode_escape"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_charset_that_is_none_of_text_breaks_nothing(thread_lets_go, method, charset):
    content_type = f"application/x-www-form-urlencoded; charset={charset}".encode()
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": "/api/v1/me", "raw_path": b"/api/v1/me",
        "query_string": b"next=%ff", "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80), "scheme": "http",
        "headers": [(b"host", b"localhost"), (b"content-type", content_type)],
    }  # fmt: skip
    asked = ApplicationCommunicator(django_application, scope)
    await asked.send_input({"type": "http.request", "body": b"a=%ff"})
    answer = await asked.receive_output(5)
    await asked.wait(5)
    assert answer["status"] in {401, 405}


@pytest.mark.parametrize("value", [None, True, 0, "x", [], [{}], [[]]])
def test_json_that_is_no_object_is_422(caller, default_pool, value):
    answer = send(caller, json.dumps(value).encode())
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "value", [None, True, 0, -1, 10**30, 1.5, "", "x", [], ["x"], {}, {"x": {}}, [None], {"a": None}, "\x00", "\ud800"]
)
@pytest.mark.parametrize("path", ["sessions", "pools", "tokens"])
def test_no_field_takes_what_it_does_not_mean(caller, default_pool, path, value):
    document = {
        "sessions": ("pool", "name", "keep_alive", "timeout", "idle_timeout", "metadata", "browser", "viewport", "args",
                     "locale", "timezone", "user_agent", "proxy", "headless", "profile", "interceptors"),
        "pools": ("name", "browser", "provider", "min", "max", "max_concurrency", "timeout_minutes", "per_user_limit",
                  "idle_policy", "viewport", "launch", "recording", "labels", "is_system"),
        "tokens": ("name", "scopes", "expires_at"),
    }  # fmt: skip
    for field in document[path]:
        answer = caller.post(f"/api/v1/{path}", {"name": "x", field: value})
        assert answer.status_code < 500, (field, value)


def test_a_query_of_many_fields_or_of_odd_bytes_breaks_nothing(caller):
    for query in (
        "&".join(f"a{n}=1" for n in range(5000)),
        "%",
        "%ff=%ff",
        "a=%00",
        "cursor=%ff",
        "limit=²",
        "=",
        "&&&",
    ):
        assert caller.get(f"/api/v1/sessions?{query}").status_code < 500, query[:20]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "text/event-stream", "image/*", "x", "*/*;q=x", ""])
def test_another_answer_than_json_is_406_or_json(caller, accept):
    answer = caller.get("/api/v1/me", Accept=accept)
    assert answer.status_code in {200, 406}
    assert answer["Content-Type"] in {"application/json", "application/problem+json"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X" * 40])
def test_a_method_that_there_is_not_is_405_and_says_which_there_are(caller, method):
    answer = caller.ask(method, "/api/v1/me")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert answer.json()["code"] == "method_not_allowed"
