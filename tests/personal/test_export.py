"""All that is somebody's, as an archive."""

import io
import json
import zipfile
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import AsyncClient, Client

from apps.accounts.models import User
from apps.personal.chapters import CHAPTERS
from apps.personal.export import PIECE, export
from tests.factories.people import PASSWORD, actor_for, make_token, make_user, signed_in_device
from tests.factories.pools import make_pool
from tests.factories.sessions import make_claimed_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def chapters_of(user: User) -> dict[str, list[dict[str, Any]]]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export(user, actor=actor_for(user)))))
    assert archive.testzip() is None
    return {name: json.loads(archive.read(f"{name}.json")) for name in (chapter.name for chapter in CHAPTERS)}


@pytest.fixture
def ann(db: None) -> User:
    user = make_user("ann@example.com")
    make_pool(user)
    make_claimed_session(user, name="of Ann")
    signed_in_device(user)
    return user


def test_it_holds_what_is_theirs(ann: User) -> None:
    make_token(ann, name="robot")
    told = chapters_of(ann)
    assert told["profile"][0]["email"] == "ann@example.com"
    assert [row["name"] for row in told["tokens"]] == ["robot"]
    assert [row["name"] for row in told["sessions"]] == ["of Ann"]
    assert len(told["pools"]) == len(told["devices"]) == 1
    assert {row["type"] for row in told["events"]} >= {"pool.created", "session.claimed", "token.created"}
    assert told["audit"]


def test_it_holds_nothing_of_anybody_else(ann: User) -> None:
    bob = make_user("bob@example.com")
    make_token(bob, name="of Bob")
    text = json.dumps(chapters_of(ann))
    assert "bob@example.com" not in text
    assert "of Bob" not in text
    assert bob.public_id not in text


def test_it_holds_no_secret(ann: User) -> None:
    token, secret = make_token(ann)
    TOTP.activate(ann, "JBSWY3DPEHPK3PXP")
    text = json.dumps(chapters_of(ann))
    for word in (secret, token.hash, "JBSWY3DPEHPK3PXP", ann.password):
        assert word not in text


def test_it_comes_in_pieces(ann: User) -> None:
    for number in range(300):
        make_token(ann, name=f"{number:03} " + "".join(chr(0x4E00 + (number * 97 + n) % 20000) for n in range(110)))
    pieces = list(export(ann, actor=actor_for(ann)))
    assert len(pieces) > 3
    assert max(map(len, pieces)) < 3 * PIECE


def test_it_is_asked_whether_it_is_they_before(ann: User) -> None:
    client = Client()
    client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    asked = client.post("/settings/data/export/")
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.django_db(transaction=True)
async def test_the_page_sends_it_while_it_is_read() -> None:
    from asgiref.sync import sync_to_async

    user = await sync_to_async(make_user)("ann@example.com")
    client = AsyncClient()
    await client.aforce_login(user, backend="django.contrib.auth.backends.ModelBackend")
    await client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answer = await client.post("/settings/data/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="browsergrid.zip"'
    whole = b"".join([piece async for piece in answer.streaming_content])
    assert "profile.json" in zipfile.ZipFile(io.BytesIO(whole)).namelist()
