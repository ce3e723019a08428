"""Other people's ids in every field and every query: told apart from random ones by nothing, used for nothing."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from apps.core.identifiers import encode, uuid7
from tests.api.caller import document
from tests.factories import pools, sessions
from tests.factories.people import make_token
from tests.hostile.ground import always_signed_in, mutating, path_of, reading, template_of
from tests.hostile.rows import changed, fingerprint
from tests.permissions.world import undone, world

__all__ = ["world"]
pytestmark = [pytest.mark.django_db, pytest.mark.wide]

ID = re.compile(r"\b[a-z]+_[0-9a-hjkmnp-tv-z]{26}\b")
VARYING = re.compile(
    r'"(timestamp|created_at|expires_at|claimed_at|duration_seconds|active_seconds|token|last4|start)": [^,}]+'
)
NAMING = {"pool", "owner", "session", "user", "to", "team", "member", "id", "person", "email", "pools"}
FREE = {"name", "metadata", "labels", "reason"}  # a text that anybody may write is no id
TICKET = re.compile(r"ticket=[\w-]+")
POSITION = re.compile(r'"position": \d+')


@pytest.fixture
def foreign(world: Any) -> dict[str, str]:
    """Ben's things."""
    those, _, _ = world
    session = sessions.make_ready_session()
    return {
        "session": session.public_id,
        "pool": pools.make_pool(those.b, name="bens").public_id,
        "token": make_token(those.b, name="of Ben")[0].public_id,
        "user": those.b.public_id,
    }


def random_like(word: str) -> str:
    return encode(word.partition("_")[0], uuid7())


def told(answer: Any) -> tuple[int, str]:
    text = answer.content.decode() if answer.headers.get("Content-Type", "").startswith("application/") else ""
    return answer.status_code, POSITION.sub("", VARYING.sub("", TICKET.sub("", ID.sub("ID", text))))


def test_in_bodies_and_queries_of_the_api(world, foreign):
    those, things, _ = world
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {make_token(those.a)[1]}"})
    wrong = {}
    for row in (*reading(), *mutating()):
        if not row.path.startswith("/api/"):
            continue
        said = document()["paths"].get(template_of(row.route), {}).get(row.method.lower(), {})
        for number, name in enumerate(places(said, row.method)):
            kinds = list(foreign) if name in NAMING else [list(foreign)[number % len(foreign)]]
            for kind in kinds:
                answers = []
                for word in (foreign[kind], random_like(foreign[kind])):
                    with undone():
                        answers.append(told(ask(client, row, path_of(row, things), name, word)))
                if answers[0] != answers[1] and name not in FREE:
                    wrong[row.method, row.route, name, kind] = answers
    assert wrong == {}


def places(said: dict[str, Any], method: str) -> list[str]:
    if method == "GET":
        return [
            each["name"] for each in said.get("parameters", ()) if each["in"] == "query" and each["name"] != "metadata"
        ]
    content = said.get("requestBody", {}).get("content", {}).get("application/json")
    schema = content["schema"] if content else {}
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return [*schema.get("properties", {}), *(["pool", "id", "owner"] if content else [])]


def ask(client: Client, row: Any, path: str, name: str, word: str) -> Any:
    if row.method == "GET":
        return client.get(path, {name: word})
    body = json.dumps(dict(row.body or {}) | {name: word})
    return client.generic(row.method, path, body, content_type="application/json")


def test_in_forms_and_queries_of_pages_nothing_of_others_changes(world, foreign):
    those, things, _ = world
    client = always_signed_in(those.a)
    names = ("id", "pool", "session", "token", "owner", "user", "to", "team", "member", "ids", "pk")
    wrong = {}
    for row in mutating():
        if row.path.startswith("/api/") or "{" in row.path:
            continue
        for word in foreign.values():
            with undone():
                before = theirs(those)
                answer = client.post(path_of(row, things), dict.fromkeys(names, word))
                if answer.status_code >= 500 or theirs(those) != before:
                    wrong[row.route, word] = answer.status_code
    assert wrong == {}
    for row in reading():
        if not row.path.startswith("/api/"):
            for word in foreign.values():
                page = client.get(path_of(row, things), dict.fromkeys(names, word)).content.decode()
                assert "bens" not in page, row.route
                assert "of Ben" not in page, row.route


def theirs(those: Any) -> Any:
    from apps.pools.models import Pool
    from apps.sessions.models import BrowserSession
    from apps.tokens.models import ApiToken

    rows = [model.objects.filter(owner=those.b).order_by("pk").values() for model in (Pool, BrowserSession, ApiToken)]
    warm = BrowserSession.objects.filter(owner=None).order_by("pk").values_list("pk", "state", "stop_requested_at")
    return [list(each) for each in rows], list(warm)


def test_the_watch_itself_notices_a_change(world):
    those, _, _ = world
    before = fingerprint()
    make_token(those.b)
    assert "tokens.ApiToken" in changed(before, fingerprint())
