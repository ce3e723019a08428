"""Every text in every field of every form, and every name that people give, as pages show them: escaped, each."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.hostile.ground import path_of, reading, signed_in
from tests.hostile.pages import Form, Reader
from tests.hostile.strings import CLASSES, NAUGHTY, evenly, is_unsendable
from tests.permissions.world import undone, world

__all__ = ["world"]
pytestmark = [pytest.mark.django_db, pytest.mark.wide]

SOME = [text for text in evenly(18) if not is_unsendable(text)]
ACCOUNT = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/settings/password/")
HOW_LONG = 600  # a longer text is shown cut
RUNS = [*CLASSES["html"], *CLASSES["template"], *(text for text in CLASSES["header"] if "<" in text)]
SOME_RUNS = [*RUNS[::20], *RUNS[1::20]]


def forms(client: Client, stranger: Client, things: dict[str, str]) -> Iterator[tuple[Client, str, Form]]:
    """Each form of each page once, with the address that it is sent to."""
    seen: set[tuple[str, str]] = set()
    pages = [(client, path_of(row, things)) for row in reading() if not row.path.startswith("/api/")]
    for asker, path in [*pages, *((stranger, path) for path in ACCOUNT), (client, "/settings/password/")]:
        answer = asker.get(path)
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            continue
        for form in Reader(answer.content.decode()).forms:
            action = urlsplit(form.action or path).path
            key = (action, ",".join(sorted(form.fields)))
            if key not in seen and form.texts:
                seen.add(key)
                yield asker, action, form


def sweep(texts: list[str], world: Any, part: int = 0, parts: int = 1) -> None:
    those, things, _ = world
    client, stranger, wrong = signed_in(those.a), Client(raise_request_exception=False), {}
    fields = [(*found, name) for found in forms(client, stranger, things) for name in found[-1].texts]
    assert len(fields) > 50
    for asker, action, form, name in fields[part::parts]:
        for text in texts:
            with undone():
                sent = form.fields | {name: [text]}
                answer = asker.post(action, sent) if form.method == "post" else asker.get(action, sent)
            if answer.status_code >= 500 and answer.status_code != 503:
                wrong[action, name, text[:40]] = str(answer.status_code)
            elif answer.status_code in {200, 422} and (flaws := Reader(answer.content.decode()).wrong):
                wrong[action, name, text[:40]] = flaws[0]
    assert wrong == {}


@pytest.mark.parametrize("part", range(6))
def test_some_of_every_class_in_every_form(part: int, world):
    sweep(SOME, world, part, 6)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_all_of_them_in_every_form(world):
    sweep([text for text in NAUGHTY if not is_unsendable(text)], world)


@pytest.mark.parametrize("text", SOME_RUNS)
def test_names_that_people_give_are_shown_and_never_obeyed(text: str, world):
    """Sessions, pools, tokens, people and metadata with names of tags and templates, on every page that there is."""
    from apps.accounts.models import User
    from apps.pools.models import Pool
    from apps.sessions.models import BrowserSession
    from apps.tokens.models import ApiToken

    those, things, _ = world
    client, wrong = signed_in(those.staff), {}
    pages = [path_of(row, things) for row in reading() if not row.path.startswith("/api/")]
    pages += [
        "/admin/browser_sessions/browsersession/",
        "/admin/pools/pool/",
        "/admin/accounts/user/",
        "/admin/tokens/apitoken/",
    ]
    name = text.replace("\x00", "")[:60]
    BrowserSession.objects.update(name=name, metadata={name: name})
    Pool.objects.filter(is_default=False).update(name=name)
    ApiToken.objects.update(name=name)
    User.objects.update(name=name)
    for path in pages:
        answer = client.get(path)
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            continue
        page = answer.content.decode()
        found = Reader(page).wrong if not path.startswith("/admin/") else []
        if "<" in name and name in page and ("alert" in name or "evil" in name):  # pages have a <b> of their own
            found.append("it stands there as it is")
        if "49" in page and "7*7" in name and "7*7" not in page:
            found.append("it was worked out")
        if found:
            wrong[path] = found[0]
    assert wrong == {}
