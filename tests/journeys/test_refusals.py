"""What the whole product answers to those it does not serve: the status, and words that help."""

import base64
import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from apps.core.identifiers import decode
from tests.permissions.table import PROGRAM
from tests.support.eventually import eventually
from tests.support.product import Product
from tests.support.raw_http import UPGRADE, Reply, ask, head, read, send

pytestmark = [pytest.mark.browser]

DOCUMENTS = ("connect/json/version", "connect/json", "connect/json/list", "connect/json/protocol")
SOCKETS = ("connect", "connect/", "connect/json", "connect/json/version/json/version/")
OF_SESSIONS = (
    "connect/json/version",
    "connect/json/list",
    "connect/json/protocol",
    "edge/json/version",
    "edge/json/list",
)
SOCKETS_OF_SESSIONS = ("connect", "connect/devtools/browser", f"connect/devtools/page/{'A' * 32}")


class Caller:
    """One with a token of its own, and an address of its own: refusals count against no other test's rate."""

    def __init__(self, product: Product, token: str = "", *, source: str = "127.0.0.9") -> None:
        self.port, self.token, self.source = product.port, token, source

    def get(self, path: str, *, method: str = "GET", host: str = "", **headers: str) -> Reply:
        return self._ask(path, method, host, headers)

    def upgrade(self, path: str, *, host: str = "", **headers: str) -> Reply:
        return self._ask(path, "GET", host, UPGRADE | headers)

    def _ask(self, path: str, method: str, host: str, headers: dict[str, str]) -> Reply:
        told = {"Host": host or f"localhost:{self.port}"} | headers
        if self.token:
            told.setdefault("Authorization", f"Bearer {self.token}")
        told = {name.replace("_", "-"): value for name, value in told.items()}
        return ask(self.port, head(f"/{path.lstrip('/')}", told, method), source=self.source)


@pytest.fixture(scope="module")
def session(running_product: Product) -> Iterator[str]:
    """One of Ann's, which stays."""
    made = running_product.api("POST", "/sessions?wait=30", json={"keep_alive": True}).json()
    yield made["id"]
    running_product.api("DELETE", f"/sessions/{made['id']}")


@pytest.fixture
def make_token(running_product: Product) -> Callable[..., dict[str, str]]:
    def make(**fields: object) -> dict[str, str]:
        made: dict[str, str] = running_product.api("POST", "/tokens", json={"name": "refusals", **fields}).json()
        return made

    return make


@pytest.fixture
def own_pool(running_product: Product) -> Iterator[str]:
    """A pool of Ann's for one browser, which is in use; those who come wait a second."""
    fields = {"name": "narrow", "min": 0, "max": 1, "max_concurrency": 1, "queue_timeout_seconds": 1, "queue_limit": 1}
    made = running_product.api("POST", "/pools", json=fields)
    assert made.status_code == 201, made.text
    pool = made.json()["id"]
    claimed = running_product.api("POST", "/sessions?wait=30", json={"pool": pool, "keep_alive": True})
    assert claimed.status_code == 201, claimed.text
    yield pool
    for session in living(running_product, pool):
        running_product.api("DELETE", f"/sessions/{session}")
    running_product.api("DELETE", f"/pools/{pool}")


def living(product: Product, pool: str) -> list[str]:
    found = product.sessions(limit="200")
    return [session["id"] for session in found if session["pool"]["id"] == pool and not session["ended_at"]]


def waiting(product: Product, pool: str) -> int:
    return int(product.api("GET", f"/pools/{pool}/stats").json()["queued"])


def change(product: Product, pool: str, **fields: object) -> None:
    answer = product.api("PATCH", f"/pools/{pool}", json=fields)
    assert answer.status_code == 200, answer.text


def connect_addresses(session: str) -> Iterator[tuple[bool, str]]:
    """(is a WebSocket, path) of every connect address that asks for a credential."""
    for base in ("", "api/v1/"):
        yield from ((False, f"{base}{path}") for path in DOCUMENTS)
        yield from ((True, f"{base}{path}") for path in SOCKETS)
        yield from ((False, f"{base}sessions/{session}/{path}") for path in OF_SESSIONS)
        yield from ((True, f"{base}sessions/{session}/{path}") for path in SOCKETS_OF_SESSIONS)


def bad_tokens(product: Product, make_token: Callable[..., dict[str, str]]) -> dict[str, str]:
    revoked, expired = make_token(), make_token(expires_at="2999-01-01T00:00:00Z")
    product.api("DELETE", f"/tokens/{revoked['id']}")
    expire(product, expired["id"])
    return {
        "none": "",
        "wrong": "bg_" + "A" * 40,
        "static, one letter off": product.token[:-1] + ("0" if product.token[-1] != "0" else "1"),
        "revoked": revoked["token"],
        "expired": expired["token"],
    }


def expire(product: Product, token: str) -> None:
    """An hour passes for this token alone; nobody waits for it."""
    key = decode("tok", token)
    assert key is not None
    with product.database() as database:
        past = "UPDATE tokens_apitoken SET expires_at = '2001-01-01 00:00:00' WHERE id = ?"
        assert database.execute(past, (key.hex,)).rowcount == 1


def test_no_bad_token_opens_any_connect_address(
    running_product: Product, session: str, make_token: Callable[..., dict[str, str]]
) -> None:
    wrong = {}
    for kind, token in bad_tokens(running_product, make_token).items():
        caller = Caller(running_product, token)
        for is_socket, path in connect_addresses(session):
            reply = caller.upgrade(path) if is_socket else caller.get(path)
            expected = (426, "read_only") if is_socket and "/edge/" in path else (401, "invalid_credential")
            if (reply.status, reply.code) != expected or "www-authenticate" not in reply.headers:
                wrong[kind, is_socket, path] = reply
    assert wrong == {}


def test_no_bad_token_opens_any_address_of_the_api(
    running_product: Product, session: str, make_token: Callable[..., dict[str, str]]
) -> None:
    wrong = {}
    rows = {(row.method, re.sub(r"\{\w+\}", session, row.path)) for row in PROGRAM}
    with httpx.Client(base_url=running_product.url, trust_env=False, timeout=30) as client:
        for kind, token in bad_tokens(running_product, make_token).items():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            for method, path in rows:
                reply = client.request(method, path, headers=headers)
                told = reply.json()
                if (reply.status_code, told["code"]) != (401, "invalid_credential") or "token" not in told["detail"]:
                    wrong[kind, method, path] = reply.status_code, told
    assert wrong == {}


def test_a_token_without_the_scope_is_told_which_one_it_lacks(
    running_product: Product, session: str, make_token: Callable[..., dict[str, str]]
) -> None:
    caller = Caller(running_product, make_token(scopes=["sessions:read"])["token"])
    claims = {(False, f"{base}{path}") for base in ("", "api/v1/") for path in DOCUMENTS[:2]}
    sockets = {(True, f"{base}{path}") for base in ("", "api/v1/") for path in SOCKETS}
    own = {(is_socket, path) for is_socket, path in connect_addresses(session) if session in path}
    for is_socket, path in claims | sockets | own:
        reply = caller.upgrade(path) if is_socket else caller.get(path)
        assert (reply.status, reply.code) == (403, "missing_scope"), path
        assert "sessions:connect" in reply.json()["detail"], path
    assert caller.get("api/v1/sessions").status == 200
    for method, path, scope in (
        ("POST", "sessions", "sessions:connect"),
        ("DELETE", f"sessions/{session}", "sessions:write"),
        ("GET", "pools", "pools:read"),
        ("GET", "tokens", "tokens:read"),
        ("GET", "events", "events:read"),
    ):
        reply = caller.get(f"api/v1/{path}", method=method)
        assert (reply.status, reply.code) == (403, "missing_scope"), path
        assert scope in reply.json()["detail"], path


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("viewport=wide", "viewport"),
        ("timeout=soon", "timeout"),
        ("args=--no-sandbox", "args"),
        ("args=--remote-debugging-port=1", "args"),
        ("args=--user-data-dir=/etc", "args"),
        ("proxy=file:///etc/passwd", "proxy"),
        ("keep_alive=perhaps", "keep_alive"),
        ("profile=mine", "profile"),
        ("browser=firefox", "browser"),
    ],
)
def test_an_option_that_is_unknown_or_wrong_is_named(running_product: Product, query: str, field: str) -> None:
    caller = Caller(running_product, running_product.token)
    name, _, value = query.partition("=")
    body = {name: [value] if name == "args" else value}
    posted = running_product.api("POST", "/sessions", json=body)
    for reply in (caller.get(f"connect/json/version?{query}"), caller.upgrade(f"connect?{query}")):
        assert reply.status == 422
        assert reply.code
        assert [error["field"] for error in reply.json()["errors"]] == [field]
        assert field in reply.json()["detail"]
    assert posted.status_code == 422
    assert [error["field"] for error in posted.json()["errors"]] == [field]


def test_a_pool_that_is_unknown_or_anothers_does_not_exist(running_product: Product) -> None:
    fields = {"name": "bens", "min": 0, "max": 1}
    bens = running_product.api("POST", "/pools", email="ben@example.org", json=fields).json()["id"]
    caller = Caller(running_product, running_product.token)
    unknown = bens[:-6] + "".join(reversed(bens[-6:]))
    try:
        for ask_for in (caller.get, caller.upgrade):
            path = "connect/json/version" if ask_for == caller.get else "connect"
            theirs, *others = [ask_for(f"{path}?pool={pool}") for pool in (bens, unknown, "bens", "nowhere")]
            assert (theirs.status, theirs.code) == (404, "not_found")
            assert all(other.fixed() == theirs.fixed() for other in others)
        assert running_product.api("POST", "/sessions", json={"pool": bens}).status_code == 404
    finally:
        running_product.api("DELETE", f"/pools/{bens}", email="ben@example.org")


def test_anothers_session_answers_as_one_that_never_was(running_product: Product, session: str) -> None:
    stranger = Caller(running_product, running_product.tokens["ben@example.org"])
    never = f"ses_{secrets.token_hex(11)}"
    pairs = [(is_socket, path) for is_socket, path in connect_addresses(session) if session in path]
    pairs += [(False, f"api/v1/sessions/{session}"), (False, f"api/v1/sessions/{session}/events")]
    for is_socket, path in pairs:
        send_to = stranger.upgrade if is_socket else stranger.get
        theirs, nobodys = send_to(path), send_to(path.replace(session, never))
        assert (theirs.status, theirs.code) == (404, "not_found"), path
        assert theirs.fixed() == nobodys.fixed(), path
        assert session not in str(theirs)
    for method in ("PATCH", "DELETE"):
        theirs, nobodys = (stranger.get(f"api/v1/sessions/{name}", method=method) for name in (session, never))
        assert theirs.status == 404
        assert theirs.fixed() == nobodys.fixed()
    assert running_product.api("GET", f"/sessions/{session}").json()["ended_at"] is None


def test_a_page_of_another_browser_is_not_there(running_product: Product, session: str) -> None:
    other = running_product.api("POST", "/sessions?wait=30", json={}).json()["id"]
    caller = Caller(running_product, running_product.token)
    (page,) = caller.get(f"sessions/{other}/connect/json/list").json()
    assert caller.upgrade(f"sessions/{other}/connect/devtools/page/{page['id']}").status == 101
    assert caller.upgrade(f"sessions/{session}/connect/devtools/page/{page['id']}").status == 404
    assert caller.upgrade(f"sessions/{session}/connect/devtools/browser/{uuid.uuid4()}").status == 404
    running_product.api("DELETE", f"/sessions/{other}")


def test_a_full_pool_answers_503_and_says_when_to_try_again(running_product: Product, own_pool: str) -> None:
    caller = Caller(running_product, running_product.token)
    for reply in (
        caller.get(f"connect/json/version?pool={own_pool}"),
        caller.upgrade(f"connect?pool={own_pool}"),
    ):
        assert (reply.status, reply.code) == (503, "queue_timeout")
        assert int(reply.headers["retry-after"]) >= 1
    change(running_product, own_pool, queue_limit=0)
    for reply in (
        caller.get(f"connect/json/version?pool={own_pool}"),
        caller.upgrade(f"connect?pool={own_pool}"),
        caller.get(f"api/v1/pools/{own_pool}/claim", method="POST", Content_Length="0"),
    ):
        assert (reply.status, reply.code) == (503, "queue_full")
        assert int(reply.headers["retry-after"]) >= 1
        assert "narrow" in reply.json()["detail"]
    change(running_product, own_pool, queue_limit=1, per_user_limit=1)
    for reply in (
        caller.get(f"connect/json/version?pool={own_pool}"),
        caller.upgrade(f"connect?pool={own_pool}"),
        caller.get(f"api/v1/pools/{own_pool}/claim", method="POST", Content_Length="0"),
    ):
        assert (reply.status, reply.code) == (429, "per_user_limit")
        assert int(reply.headers["retry-after"]) >= 1


def test_a_caller_who_leaves_while_it_waits_leaves_nothing(running_product: Product, own_pool: str) -> None:
    change(running_product, own_pool, queue_timeout_seconds=25)
    (held,) = living(running_product, own_pool)
    host = {"Host": f"localhost:{running_product.port}", "Authorization": f"Bearer {running_product.token}"}
    for request in (
        head(f"/connect/json/version?pool={own_pool}", host),
        head(f"/connect?pool={own_pool}", host | UPGRADE),
    ):
        caller = send(running_product.port, request)
        eventually(lambda: waiting(running_product, own_pool) == 1, what="the claim in the queue")
        caller.close()
        eventually(lambda: waiting(running_product, own_pool) == 0, within=2.0, what="the end of the claim")
    running_product.api("DELETE", f"/sessions/{held}")
    eventually(lambda: living(running_product, own_pool) == [], within=15, what="the end of the session")


def test_a_caller_who_leaves_while_its_browser_starts_leaves_nothing(running_product: Product, own_pool: str) -> None:
    (held,) = living(running_product, own_pool)
    running_product.api("DELETE", f"/sessions/{held}")
    eventually(lambda: living(running_product, own_pool) == [], within=15, what="the end of the session")
    host = {"Host": f"localhost:{running_product.port}", "Authorization": f"Bearer {running_product.token}"}
    for request in (
        head(f"/connect/json/version?pool={own_pool}", host),
        head(f"/connect?pool={own_pool}", host | UPGRADE),
    ):
        caller = send(running_product.port, request)
        (started,) = eventually(lambda: living(running_product, own_pool), what="the session")
        caller.close()
        eventually(lambda: living(running_product, own_pool) == [], within=15, what="the end of the session")
        assert running_product.api("GET", f"/sessions/{started}").json()["end_reason"] == "client_disconnected"


def test_claims_beyond_the_rate_are_told_so_in_headers(
    running_product: Product, make_token: Callable[..., dict[str, str]]
) -> None:
    """Claims of a pool that is not there cost nothing and count all the same."""
    token = make_token()
    with httpx.Client(
        base_url=running_product.url, transport=httpx.HTTPTransport(local_address="127.0.0.77"), timeout=30
    ) as client:
        headers = {"Authorization": f"Bearer {token['token']}"}
        answers = [client.get("/connect/json/version?pool=nowhere", headers=headers) for _ in range(120)]
        assert {answer.status_code for answer in answers} == {404}
        beyond = client.get("/connect/json/version", headers=headers)
        posted = client.post("/api/v1/sessions", headers=headers, json={})
    upgraded = Caller(running_product, token["token"], source="127.0.0.77").upgrade("connect")
    for status, told in (
        (beyond.status_code, beyond.headers),
        (posted.status_code, posted.headers),
        (upgraded.status, upgraded.headers),
    ):
        assert status == 429
        assert told["ratelimit-limit"] == "120"
        assert told["ratelimit-remaining"] == "0"
        assert 1 <= int(told["ratelimit-reset"]) <= 60
        assert 1 <= int(told["retry-after"]) <= 60
    assert beyond.json()["code"] == posted.json()["code"] == upgraded.code == "rate_limit"
    served = running_product.api("POST", "/sessions", json={})
    assert int(served.headers["ratelimit-remaining"]) < 120
    running_product.api("DELETE", f"/sessions/{served.json()['id']}")


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
            if is_socket and "/edge/" in path:
                continue
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
