"""Every page there is, found in the resolver: none is forgotten when it is new."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page

from tests.support.product import Product

NOT_PAGES = re.compile(r"^(api|admin|static|healthz|readyz|metrics|live/|commands/)")
OUTSIDE = re.compile(r"^accounts/(login|signup|password/reset|inactive|confirm-email|verify)")
LEAVES = re.compile(r"logout|/export/|/(release|rows|parts|strips|story|address)/")  # parts, files, what signs out
_whole: dict[str, bool] = {}  # asked once: an address is the same in every window


@dataclass(frozen=True)
class Things:
    """One thing of each kind, by the first word of the address that shows it."""

    ids: Mapping[str, str] = field(default_factory=dict)


def routes(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here


def paths(things: Things, *, outside: bool = False) -> list[str]:
    """Addresses below which a whole page may be. Those that need more than one id are no page of their own."""
    found = []
    for route in routes():
        if NOT_PAGES.match(route) or LEAVES.search(route) or bool(OUTSIDE.match(route)) != outside:
            continue
        path = re.sub(r"\^|\$", "", route)
        word = path.partition("/")[0]
        if "<" in path:
            if word not in things.ids or path.count("<") > 1 or "(?P" in path:
                continue
            path = re.sub(r"<[^>]+>", things.ids[word], path)
        found.append(f"/{path}")
    return sorted(set(found))


@pytest.fixture(scope="session")
def things(running_product: Product) -> Things:
    """What the pages with ids show: a session with a story, a pool, a token, a team."""
    product = running_product
    session = product.api(
        "POST", "/sessions?wait=30", json={"name": "checkout flow", "metadata": {"order": "42"}}
    ).json()
    pool = product.api("POST", "/pools", json={"name": "measured", "min": 0, "max": 2}).json()
    token = product.api("POST", "/tokens", json={"name": "ci"}).json()
    ids = {"sessions": session["id"], "pools": pool["id"], "tokens": token["id"]}
    team = product.api("POST", "/teams", json={"name": "Shop"})
    if team.status_code == 201:
        ids["teams"] = team.json()["id"]
    return Things(ids)


def is_whole_page(page: Page, path: str) -> bool:
    """Goes there, where it is a document with a frame: no part of a page, no file, nothing that leads elsewhere."""
    if path not in _whole:
        _whole[path] = _is_document(page, path)
    if _whole[path]:
        page.goto(path)
    return _whole[path]


def _is_document(page: Page, path: str) -> bool:
    answer = page.request.get(path, max_redirects=0)
    if answer.status not in {200, 422} or "text/html" not in answer.headers.get("content-type", ""):
        return False
    text = answer.text().lower()
    return "<!doctype html>" in text and "<main" in text
