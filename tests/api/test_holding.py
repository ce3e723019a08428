"""`?wait=`: the answer is held, without a thread or a connection, until the session is usable."""

import asyncio
import json

import pytest
from django.test import AsyncClient

from apps.api.aside import aside
from apps.sessions.models import BrowserSession, Claim
from tests.factories.people import make_token, make_user
from tests.factories.pools import ensure_default_pool
from tests.factories.sessions import answer, make_queued_claim
from tests.support.eventually import eventually_async

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("thread_lets_go"),
]


def _signed_in() -> tuple[str, object]:
    ensure_default_pool()
    user = make_user()
    return make_token(user)[1], user


def _asked(secret: str, wait: int, **headers: str):
    return asyncio.ensure_future(
        AsyncClient().post(
            f"/api/v1/sessions?wait={wait}", b"{}", content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **headers},
        )
    )  # fmt: skip


def _only_session() -> BrowserSession | None:
    return BrowserSession.objects.select_related("pool").first()


async def _exists(ask):
    async def asked():
        return await aside(ask)

    deadline = asyncio.get_running_loop().time() + 10
    while not (found := await asked()):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)
    return found


async def test_the_answer_is_held_until_the_browser_is_up():
    secret, _ = await aside(_signed_in)
    asking = _asked(secret, 20)
    session = await _exists(_only_session)
    assert not asking.done()
    await aside(answer, session)
    response = await asyncio.wait_for(asking, 5)
    assert response.status_code == 201
    assert json.loads(response.content)["state"] == "claimed"


async def test_when_the_time_is_up_the_answer_is_202():
    secret, _ = await aside(_signed_in)
    response = await asyncio.wait_for(_asked(secret, 1), 5)
    assert response.status_code == 202


async def test_a_held_claim_is_attended_and_leaves_the_queue_with_its_caller():
    secret, user = await aside(_signed_in)
    former = await aside(make_queued_claim, user)
    asking = _asked(secret, 20)
    claim = await _exists(Claim.objects.exclude(pk=former.pk).first)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert await _exists(Claim.objects.filter(pk=claim.pk, state="cancelled").exists)


async def test_a_session_whose_caller_left_before_the_answer_is_ended():
    secret, _ = await aside(_signed_in)
    asking = _asked(secret, 20)
    await _exists(_only_session)
    await eventually_async(lambda: not asking.done())
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert await _exists(BrowserSession.objects.filter(end_reason="client_disconnected").exists)


async def test_under_a_key_the_session_waits_for_its_caller_to_return():
    secret, _ = await aside(_signed_in)
    asking = _asked(secret, 20, **{"Idempotency-Key": "k"})
    session = await _exists(_only_session)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await aside(answer, session)
    response = await _asked(secret, 5, **{"Idempotency-Key": "k"})
    assert response.status_code == 200
    assert json.loads(response.content)["id"] == session.public_id


@pytest.mark.parametrize("wait", ["-1", "61", "x", "1.5", "٣"])
async def test_a_bad_wait_is_422(wait):
    secret, _ = await aside(_signed_in)
    assert (await _asked(secret, wait)).status_code == 422
