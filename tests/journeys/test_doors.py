"""By which names, origins, addresses and credentials the product is entered, and what it takes at most."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.journeys.caller import Caller, connect_addresses
from tests.support.product import Product
from tests.support.raw_http import ask, head, read, send

pytestmark = [pytest.mark.browser]

FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1.nip.example:{port}",
    "localhost:{port}@evil.example",
    "localhost.evil.example",
    "evil.example#localhost",
    "localhost.:{port}",
    "[::ffff:1.2.3.4]:{port}",
    "",
)
FOREIGN_ORIGINS = (
    "https://evil.example",
    "http://localhost",
    "http://localhost:1",
    "https://localhost:{port}",
    "http://evil.localhost:{port}",
    "http://localhost:{port}.evil.example",
    "http://localhost:{port}@evil.example",
    "chrome-extension://abcdefghijklmnop",
    "file://",
    "null",
)


def test_a_foreign_host_is_refused_everywhere_and_never_repeated(running_product: Product, session: str) -> None:
    caller = Caller(running_product, running_product.token)
    port = running_product.port
    for pattern in FOREIGN_HOSTS:
        host = pattern.format(port=port) or "\t"
        addresses = [(False, "connect/json/version"), (True, "connect"), (True, f"sessions/{session}/connect")]
        if not host.startswith("localhost."):  # a name with its last dot is the same name to Django
            addresses += [(False, "api/v1/me"), (False, "accounts/login/")]
        for is_socket, path in addresses:
            reply = caller.upgrade(path, host=host) if is_socket else caller.get(path, host=host)
            assert reply.status == 400, (host, path)
            assert b"evil" not in reply.body, (host, path)
    two = [
        ("Host", f"localhost:{port}"),
        ("Host", "evil.example"),
        ("Authorization", f"Bearer {running_product.token}"),
    ]
    for path in ("/connect/json/version", "/api/v1/me"):
        assert ask(port, head(path, two)).status == 400


def test_pages_of_other_origins_may_not_connect(running_product: Product, session: str) -> None:
    caller, port = Caller(running_product, running_product.token), running_product.port
    for pattern in FOREIGN_ORIGINS:
        origin = pattern.format(port=port)
        for is_socket, path in (
            (False, "connect/json/version"),
            (True, "connect"),
            (True, f"sessions/{session}/connect"),
        ):
            reply = caller.upgrade(path, Origin=origin) if is_socket else caller.get(path, Origin=origin)
            assert (reply.status, reply.code) == (403, "origin"), (origin, path)
    for path in ("connect/json/version", f"sessions/{session}/connect/json/list"):
        reply = caller.get(path, Sec_Fetch_Site="cross-site")
        assert (reply.status, reply.code) == (403, "cross_site"), path
    ours = caller.get(f"sessions/{session}/connect/json/list", Origin=f"http://localhost:{port}")
    assert ours.status == 200


def test_a_cookie_alone_never_authorises_a_client(running_product: Product, session: str) -> None:
    with signed_in(running_product) as person:
        assert person.get("/sessions/").status_code == 200
        assert person.get("/api/v1/me").status_code == 200
        cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
        assert "browsergrid_session" in cookie
        caller = Caller(running_product)
        for is_socket, path in connect_addresses(session):
            reply = caller.upgrade(path, Cookie=cookie) if is_socket else caller.get(path, Cookie=cookie)
            assert (reply.status, reply.code) == (401, "invalid_credential"), path
        assert person.post("/api/v1/sessions", json={}).status_code == 403


@contextmanager
def signed_in(product: Product) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=product.url, trust_env=False, timeout=30) as client:
        client.get("/accounts/login/")
        form = {
            "login": product.admin_email,
            "password": product.password,
            "csrfmiddlewaretoken": client.cookies["browsergrid_csrf"],
        }
        assert client.post("/accounts/login/", data=form).status_code == 302
        yield client


def test_lists_and_the_protocol_never_claim(running_product: Product, session: str) -> None:
    caller = Caller(running_product, running_product.tokens["ben@example.org"])
    before = len(running_product.api("GET", "/sessions?limit=200", email="ben@example.org").json()["results"])
    for path in ("connect/json/list", "connect/json/list/", "api/v1/connect/json/list"):
        assert caller.get(path).json() == []
    assert "domains" in caller.get("connect/json/protocol").json()
    after = len(running_product.api("GET", "/sessions?limit=200", email="ben@example.org").json()["results"])
    assert after == before


def test_the_legacy_address_is_read_only(running_product: Product, session: str) -> None:
    caller = Caller(running_product, running_product.token)
    reply = caller.upgrade(f"sessions/{session}/edge/devtools/browser/x")
    assert (reply.status, reply.code) == (426, "read_only")
    assert "/connect" in reply.json()["detail"]
    assert caller.get(f"sessions/{session}/edge/json/version").status == 200
    reply = caller.get("connect", method="POST", Content_Length="0")
    assert (reply.status, reply.code, reply.headers["allow"]) == (405, "method_not_allowed", "GET")
    reply = caller.get(f"sessions/{session}/connect")
    assert (reply.status, reply.code) == (426, "upgrade_required")


def test_doubled_tails_and_every_way_to_show_a_token_are_understood(running_product: Product, session: str) -> None:
    token = running_product.token
    base = f"sessions/{session}/connect"
    known, plain = Caller(running_product, token), Caller(running_product)
    basic = base64.b64encode(f"{token}:".encode()).decode()
    password = base64.b64encode(f"anybody:{token}".encode()).decode()
    replies = [
        known.get(f"{base}/json/version"),
        known.get(f"{base}/json/version/"),
        known.get(f"{base}/json/version/json/version/"),
        known.get(f"api/v1/{base}/json/version//json/version"),
        plain.get(f"{base}?token={token}/json/version/"),
        plain.get(f"{base}/json/version?token={token}"),
        plain.get(f"{base}/json/version/", X_API_Key=token),
        plain.get(f"{base}/json/version/", Authorization=f"Bearer {token}"),
        plain.get(f"{base}/json/version/", Authorization=f"bearer {token}"),
        plain.get(f"{base}/json/version/", Authorization=f"Basic {basic}"),
        plain.get(f"{base}/json/version/", Authorization=f"Basic {password}"),
    ]
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    for path in (base, f"{base}/", f"{base}/json/version/json/version", f"{base}/devtools/browser", f"api/v1/{base}"):
        assert known.upgrade(path).status == 101, path
        assert plain.upgrade(f"{path}?token={token}").status == 101, path


def test_a_host_root_answers_to_its_own_secret_alone(running_product: Product, session: str) -> None:
    caller, port = Caller(running_product), running_product.port
    root = httpx.URL(running_product.api("POST", f"/sessions/{session}/host-root").json()["url"])
    assert caller.get("json/version", host=f"{root.host}:{port}").status == 200
    secret, _, rest = root.host.partition(".")
    guessed = f"{secret[:-1]}{'a' if secret[-1] != 'a' else 'b'}.{rest}:{port}"
    for reply in (caller.get("json/version", host=guessed), caller.upgrade("devtools/browser", host=guessed)):
        assert (reply.status, reply.code) == (401, "invalid_credential")
        assert secret.encode() not in reply.body


def test_heads_and_bodies_beyond_all_measure_are_refused(running_product: Product) -> None:
    caller = Caller(running_product, running_product.token)
    for path in ("api/v1/me", "connect/json/list", "healthz"):
        assert caller.get(path, X_Pad="a" * 16_000).status == 200
        for letters in (64_000, 200_000):
            assert caller.get(path, X_Pad="a" * letters).status == 431, path
            assert caller.get(f"{path}?pad={'a' * letters}").status in {414, 431}, path
    assert caller.upgrade("connect", X_Pad="a" * 64_000).status == 431
    big = b'{"name": "' + b"a" * 1_100_000 + b'"}'
    for token in (running_product.token, "nobody"):
        told = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = httpx.post(f"{running_product.url}/api/v1/sessions", content=big, headers=told, trust_env=False)
        assert answer.status_code == 413
    assert caller.get("api/v1/me").status == 200


def test_a_body_of_unknown_length_is_cut_off(running_product: Product) -> None:
    """Sent in chunks, so that nothing but counting tells how long it is."""
    told = {
        "Host": f"localhost:{running_product.port}",
        "Authorization": f"Bearer {running_product.token}",
        "Content-Type": "application/json",
        "Transfer-Encoding": "chunked",
    }
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with send(running_product.port, head("/api/v1/sessions", told, "POST")) as connection:
        connection.sendall(chunk * 17)
        assert read(connection).status == 413
