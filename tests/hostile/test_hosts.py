"""Foreign Host names and Origins are turned away at every address, and their names are not repeated."""

from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from browsergrid.asgi import django_application
from tests.hostile.ground import open_paths, signed_in

pytestmark = pytest.mark.django_db

HOSTS = {
    "another": "evil.example",
    "another with a port": "evil.example:8000",
    "ours as a part of another": "localhost.evil.example",
    "another that leads here": "127.0.0.1.nip.io",
    "an IPv6 address": "[2001:db8::1]:8000",
    "half an IPv6 address": "[::1",
    "a person in it": "localhost@evil.example",
    "a dot at the end": "localhost.",
    "a dot before the port": "localhost.:8000",
    "a space": "localhost evil.example",
    "a path": "localhost/evil.example",
    "a comma, as two headers become": "localhost, evil.example",
    "a port of letters": "localhost:evil",
}
ORIGINS = {
    "another": "https://evil.example",
    "ours as a part of another": "http://localhost.evil.example",
    "another as a part of ours": "http://evil.localhost.example",
    "another port": "http://localhost:8001",
    "another scheme": "https://localhost",
    "a dot at the end": "http://localhost.",
    "a person in it": "http://localhost@evil.example",
    "null": "null",
    "a file": "file://",
    "an extension": "chrome-extension://abcdefgh",
    "half an IPv6 address": "http://[::1",
    "a path": "http://localhost/evil.example",
    "two": "http://localhost http://evil.example",
    "an address": "http://127.0.0.1",
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
@pytest.mark.parametrize("path", open_paths())
def test_a_foreign_host_is_400_everywhere(host: str, path: str):
    answer = Client(raise_request_exception=False).get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert b"evil" not in answer.content
    assert b"nip.io" not in answer.content
    media = "application/problem+json" if path.startswith("/api/") else "text/html"
    assert answer["Content-Type"].startswith(media)
    assert {"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"} <= set(answer.headers)


@pytest.mark.parametrize("host", ["evil.example", "[::1"])
@pytest.mark.parametrize("path", ["/", "/api/v1/me"])
@pytest.mark.parametrize("redirects", [False, True], ids=["as it came", "led to https"])
def test_a_foreign_host_is_told_in_the_log_as_any_other_bad_request(settings, caplog, redirects: bool, path, host):
    settings.SECURE_SSL_REDIRECT = redirects
    answer = Client().get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert [(record.name, record.levelname, record.exc_info) for record in caplog.records] == [
        ("django.request", "WARNING", None)
    ]


@pytest.mark.parametrize("hosts", [(b"localhost", b"evil.example"), (b"evil.example", b"localhost"), (b"",)])
@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/static/dashboard/css/reset.css"])
async def test_two_hosts_or_an_empty_one_are_400(thread_lets_go, hosts, path):
    assert await _status(path, [(b"host", host) for host in hosts]) == 400


@pytest.mark.parametrize("host", [b"localhost", b"LOCALHOST:8000", b"127.0.0.1:8000", b"[::1]:8000", b"a.localhost"])
async def test_our_own_are_answered(thread_lets_go, host):
    assert await _status("/api/v1/me", [(b"host", host)]) == 401


async def _status(path: str, headers: list[tuple[bytes, bytes]]) -> int:
    scope: dict[str, Any] = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80), "scheme": "http",
        "headers": headers,
    }  # fmt: skip
    asked = ApplicationCommunicator(django_application, scope)
    await asked.send_input({"type": "http.request", "body": b""})
    answer = await asked.receive_output(5)
    more = True
    while more:
        more = (await asked.receive_output(5)).get("more_body", False)
    await asked.wait(5)
    return int(answer["status"])


@pytest.mark.parametrize("origin", ORIGINS.values(), ids=ORIGINS)
def test_a_form_or_a_call_from_a_foreign_origin_is_403(origin: str, make_user):
    client = signed_in(make_user(), strict=True)
    secret = "a" * 32
    client.cookies["browsergrid_csrf"] = secret
    headers = {"Origin": origin, "X-CSRFToken": secret}
    for path, body in (("/tokens/new/", {"name": "x"}), ("/settings/", {"theme": "dark"})):
        assert client.post(path, body, headers=headers).status_code == 403, path
    answer = client.post("/api/v1/tokens", '{"name": "x"}', content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_our_own_origin_is_fine(make_user):
    client = signed_in(make_user(), strict=True)
    secret = "a" * 32
    client.cookies["browsergrid_csrf"] = secret
    headers = {"Origin": "http://testserver", "X-CSRFToken": secret}
    assert client.post("/settings/", {"theme": "dark"}, headers=headers).status_code == 302


@pytest.mark.parametrize("host", ["evil.example", "localhost.", "127.0.0.1.nip.io"])
def test_a_stranger_s_forwarded_host_is_not_even_read(host: str, client: Client):
    answer = client.get("/api/docs/", headers={"X-Forwarded-Host": host, "Forwarded": f"host={host}"})
    assert answer.status_code == 200
    assert host not in answer.content.decode()
