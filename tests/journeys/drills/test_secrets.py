"""Two dozen secrets go through the whole product, rightly and wrongly; afterwards none is in anything that is kept.

It logs all there is to log. Looked through: logs, every table, Redis and what was said to it, files, metrics, pages,
API lists, errors, command lines, browsers' environments. Hashed and encrypted forms are what should be there.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
import redis
from playwright.sync_api import Error, sync_playwright

from apps.core.identifiers import decode
from tests.support.canary import Canary
from tests.support.eventually import eventually
from tests.support.product import Product
from tests.support.raw_http import UPGRADE, Reply, ask, head

pytestmark = [pytest.mark.browser]

MOST_PAGES = 80


def canary(word: str) -> str:
    return f"canary{''.join(word.title().split())}{secrets.token_hex(10)}"


class Errand:
    """Requests of one installation: remembers the secrets that it used, and the bodies of what was refused."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.secrets: dict[str, str] = {}
        self.refusals: dict[str, str] = {}

    def secret(self, name: str, value: str = "") -> str:
        return self.secrets.setdefault(name, value or canary(name))

    def basic(self, name: str, value: str) -> str:
        """`Authorization: Basic` with the secret as password; what is sent is a secret as well."""
        sent = base64.b64encode(f"anybody:{self.secret(name, value)}".encode()).decode()
        return f"Basic {self.secret(f'{name}, encoded', sent)}"

    def ask(self, path: str, headers: Mapping[str, str] | None = None, *, upgrade: bool = False) -> Reply:
        told = {"Host": f"localhost:{self.product.port}"} | (UPGRADE if upgrade else {}) | dict(headers or {})
        reply = ask(self.product.port, head(path, told), source="127.0.0.11")
        if reply.status >= 400:
            self.refusals[f"{len(self.refusals)} {reply.status} {path[:40]}"] = f"{reply.headers} {reply.body!r}"
        return reply


@contextmanager
def listening(product: Product) -> Iterator[list[str]]:
    """All that is said to Redis meanwhile."""
    client = redis.Redis(unix_socket_path=str(redis_socket(product)))
    said: list[str] = []
    with client.monitor() as monitor:

        def listen() -> None:
            with suppress(redis.RedisError, OSError, ValueError, AttributeError):
                while True:
                    said.append(str(monitor.next_command()))

        thread = Thread(target=listen, daemon=True)
        thread.start()
        yield said
        client.echo(last := secrets.token_hex(8))
        eventually(lambda: any(last in word for word in said), what="the last word")
    thread.join(5)


def redis_socket(product: Product) -> Path:
    command = psutil.Process(product.part("redis.sock")).cmdline()
    return Path(
        next(word for word in " ".join(command).split() if word.endswith("redis.sock")).removeprefix("unixsocket:")
    )


def test_no_secret_is_in_anything_that_is_kept(drilled_product: Product) -> None:
    product = drilled_product
    product.wait_until_warm()
    errand = Errand(product)
    with listening(product) as said_to_redis:
        know_the_installations_own(errand)
        use_tokens(errand)
        use_wrong_ones(errand)
        use_a_session(errand)
        use_a_proxy(errand)
        with sign_in(errand) as person:
            pages = crawl(person)
        sinks = {**pages, **errand.refusals, **api_lists(product), **process_facts(product)}
    until_logged(errand)
    assert len(errand.secrets) >= 20
    assert len(pages) >= 20
    sinks |= {
        "log": product.log.read_text(),
        "metrics": httpx.get(f"{product.url}/metrics", trust_env=False).text,
        "said to redis": "\n".join(said_to_redis),
        "redis": redis_contents(product),
        "database": database_contents(product),
        **files(product),
    }
    assert all(sinks.values())
    found = {(name, sink) for name, value in errand.secrets.items() for sink, text in sinks.items() if value in text}
    assert found == set()


def know_the_installations_own(errand: Errand) -> None:
    data = errand.product.data_dir
    for name in ("key_ring", "secret_key"):
        errand.secret(name, (data / "secrets" / name).read_text().strip())
    node = psutil.Process(errand.product.part("browser_node")).environ()
    errand.secret("key of the node", node["BROWSERGRID_NODE_KEY"])
    for email, token in errand.product.tokens.items():
        errand.secret(f"static token of {email}", token)


def use_tokens(errand: Errand) -> None:
    """One for each way to show it; each claims, and asks wrongly."""
    ways = {
        "query": lambda token: ("token=" + token, {}),
        "bearer": lambda token: ("", {"Authorization": f"Bearer {token}"}),
        "key": lambda token: ("", {"X-API-Key": token}),
        "basic": lambda token: ("", {"Authorization": errand.basic("token in basic", token)}),
        "doubled": lambda token: (f"token={token}/json/version/", {}),
    }
    for way, show in ways.items():
        made = errand.product.api("POST", "/tokens", json={"name": way}).json()
        query, headers = show(errand.secret(f"token in {way}", made["token"]))
        claimed = errand.ask(f"/connect/json/version?{query}", headers)
        assert claimed.status == 200, way
        session = claimed.json()["sessionId"]
        errand.secret(
            f"ticket of {way}", urlsplit(claimed.json()["webSocketDebuggerUrl"]).query.removeprefix("ticket=")
        )
        errand.secret(f"credential of the browser of {way}", browser_key(errand.product, session))
        assert errand.ask(f"/connect?colour=red&{query}", headers, upgrade=True).status == 422
        assert errand.ask(f"/connect?pool=nowhere&{query}", headers, upgrade=True).status == 404
        assert errand.ask(f"/sessions/{session}/nothing/?{query}", headers).status in {302, 404}
        assert errand.ask(f"/api/v1/nothing?{query}", headers).status == 404
        assert errand.ask(f"/nothing?{query}", headers).status == 404
        errand.product.api("DELETE", f"/sessions/{session}")
        errand.product.api("DELETE", f"/tokens/{made['id']}")
        assert errand.ask(f"/connect/json/version?{query}", headers).status == 401


def use_wrong_ones(errand: Errand) -> None:
    for upgrade in (False, True):
        path = "/connect" if upgrade else "/connect/json/version"
        for target, headers in (
            (f"{path}?token={errand.secret('wrong token')}", {}),
            (f"{path}?ticket={errand.secret('wrong ticket')}", {}),
            (f"{path}?token=bg_{errand.secret('wrong token of our form')}", {}),
            (path, {"Authorization": f"Bearer {errand.secret('wrong bearer')}"}),
            (path, {"Authorization": errand.basic("wrong password in basic", canary("basic"))}),
            (path, {"X-API-Key": errand.secret("wrong key")}),
            (path, {"Cookie": f"browsergrid_session={errand.secret('wrong cookie')}"}),
        ):
            assert errand.ask(target, headers, upgrade=upgrade).status == 401
    guessed = errand.secret("wrong root", secrets.token_hex(16).translate(str.maketrans("0189", "abcd")))
    host = {"Host": f"{guessed}.connect.localhost:{errand.product.port}"}
    assert errand.ask("/json/version", host).status == 401
    assert errand.ask(f"/api/v1/me?token={errand.secret('wrong token for the API')}").status == 401
    assert errand.ask("/\x01", {"Authorization": f"Bearer {errand.secret('bearer of a bad request')}"}).status == 400


def use_a_session(errand: Errand) -> None:
    """By its ticket and by its root; the page itself shows a password to a site."""
    product = errand.product
    made = product.api("POST", "/sessions?wait=30", json={"keep_alive": False}).json()
    errand.secret("ticket", urlsplit(made["connect_url"]).query.removeprefix("ticket="))
    root = urlsplit(product.api("POST", f"/sessions/{made['id']}/host-root").json()["url"])
    errand.secret("root", str(root.hostname).partition(".")[0])
    assert errand.ask("/json/version", {"Host": root.netloc}).status == 200
    assert errand.ask("/nothing", {"Host": root.netloc}).status == 404
    assert errand.ask(f"/sessions/{made['id']}/connect/nothing?ticket={errand.secrets['ticket']}").status == 404
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(made["connect_url"])
        page = browser.contexts[0].pages[0]
        password = errand.secret("password of a site")
        page.goto(f"http://anybody:{password}@localhost:{product.site.port}/?password={errand.secret('in a query')}")
        page.fill("#name", errand.secret("typed"))
        browser.close()
    browsers, key = product.data_dir / "node" / "browsers", decode("ses", made["id"])
    eventually(lambda: not list(browsers.glob(f"{key}-*")), within=20, what="the end of what the page left")


def use_a_proxy(errand: Errand) -> None:
    product, password = errand.product, errand.secret("password of a proxy")
    with Canary() as proxy, sync_playwright() as playwright:
        address = f"http://anybody:{password}@127.0.0.1:{proxy.port}"
        url = f"{product.connect_url()}&proxy={address}"
        browser = playwright.chromium.connect_over_cdp(url)
        browser.contexts[0].pages[0].goto(product.site.url)
        eventually(lambda: proxy.hits, what="the proxy's visitor")
        proxy.answer = b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        with suppress(Error):
            browser.contexts[0].pages[0].goto(product.site.url.replace("http", "https"), timeout=5_000)
        browser.close()
    for wrong in (f"ftp://anybody:{password}@127.0.0.1:1", f"http://anybody:{password}@127.0.0.1:none"):
        assert errand.ask(f"/connect?token={product.token}&proxy={wrong}", upgrade=True).status == 422
        refused = product.api("POST", "/sessions", json={"proxy": wrong})
        errand.refusals[f"POST {wrong[:8]}"] = refused.text
        assert refused.status_code == 422


@contextmanager
def sign_in(errand: Errand) -> Iterator[httpx.Client]:
    """After a wrong password, and one of nobody's."""
    product = errand.product
    with httpx.Client(base_url=product.url, trust_env=False, timeout=30) as person:
        person.get("/accounts/login/")

        def give(email: str, password: str) -> httpx.Response:
            form = {"login": email, "password": password, "csrfmiddlewaretoken": person.cookies["browsergrid_csrf"]}
            return person.post("/accounts/login/", data=form)

        for name, email in (("wrong password", product.admin_email), ("password of nobody", "nobody@example.org")):
            errand.refusals[name] = give(email, errand.secret(name)).text
        assert give(product.admin_email, errand.secret("password", product.password)).status_code == 302
        errand.secret("cookie of a person", person.cookies["browsergrid_session"])
        errand.secret("CSRF cookie of a person", person.cookies["browsergrid_csrf"])
        yield person


def crawl(person: httpx.Client) -> dict[str, str]:
    """Every page that leads from the first ones, two steps far at most."""
    seen: dict[str, str] = {}
    ahead = deque(
        (path, 0) for path in ("/", "/admin/", "/settings/", "/tokens/", "/sessions/?state=ended", "/nothing")
    )
    while ahead and len(seen) < MOST_PAGES:
        path, depth = ahead.popleft()
        if path in seen:
            continue
        answer = person.get(path)
        if "html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status_code < 500, path
        seen[path] = answer.text or "redirected"
        links = re.findall(r'href="(/[^"#]*)"', answer.text) if depth < 2 else []
        ahead.extend((link, depth + 1) for link in links if not link.startswith(("/static/", "/accounts/logout")))
    return seen


def api_lists(product: Product) -> dict[str, str]:
    paths = ("/sessions?limit=200", "/events?limit=200", "/tokens", "/pools", "/me")
    return {f"GET {path}": product.api("GET", path).text for path in paths}


def process_facts(product: Product) -> dict[str, str]:
    """Command lines of all, environments of what runs other people's pages."""
    facts = {}
    for process in psutil.Process(product.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            words = process.cmdline()
            facts[f"command line of {process.pid}"] = " ".join(words) or "-"
            if process.pid != product.part("browser_node") and re.search("chrom|bwrap|keeper", " ".join(words[:4])):
                facts[f"environment of {process.pid} {words[:5]}"] = str(process.environ())
    assert any(name.startswith("environment") for name in facts)
    return facts


def until_logged(errand: Errand) -> None:
    """The last line is there, so all before it are."""
    last = errand.ask("/connect/json/version").headers["x-request-id"]
    eventually(lambda: last in errand.product.log.read_text(), what="the last line of the log")


def redis_contents(product: Product) -> str:
    with redis.Redis(unix_socket_path=str(redis_socket(product))) as client:
        return "\n".join(f"{key!r} {client.dump(key)!r}" for key in client.scan_iter()) or "empty"


def database_contents(product: Product) -> str:
    with product.database() as database:
        return "\n".join(database.iterdump())


def files(product: Product) -> dict[str, str]:
    """All that the installation keeps but its keys: what was deleted from a table may still be in its file."""
    kept = (path for path in product.data_dir.rglob("*") if path.is_file() and path.parent.name != "secrets")
    static = product.data_dir / "static"
    return {
        str(path.relative_to(product.data_dir)): path.read_bytes().decode("latin-1") or "empty"
        for path in kept
        if not path.is_relative_to(static)
    }


def browser_key(product: Product, session: str) -> str:
    """What the node takes for use of the session's browser; never leaves the installation."""
    ring = (product.data_dir / "secrets" / "key_ring").read_text().strip()
    made = hmac.new(ring.encode(), f"derive:browser:{decode('ses', session)}-1".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
