"""Places in the queue over the API."""

import pytest

from apps.sessions.models import BrowserSession
from tests.factories.sessions import end, make_ready_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_claim_is_attended_and_served_when_a_browser_comes_free(caller, user, actor_for, default_pool, queued_claim):
    claim = queued_claim(user)
    path = f"/api/v1/claims/{claim.public_id}"
    waiting = caller.get(path)
    assert waiting.json() == {
        "object": "claim", "id": claim.public_id, "state": "queued", "position": 1, "session": None,
    }  # fmt: skip
    assert waiting["Retry-After"] == "2"
    end(BrowserSession.objects.get(), actor=actor_for(user))
    make_ready_session(default_pool)
    served = caller.get(path).json()
    assert (served["state"], served["position"]) == ("served", None)
    assert served["session"]["state"] == "claimed"
    assert "?ticket=" in served["session"]["connect_url"]


def test_a_cancelled_claim_stays_cancelled(caller, user, queued_claim):
    path = f"/api/v1/claims/{queued_claim(user).public_id}"
    assert caller.delete(path).status_code == 204
    assert caller.delete(path).status_code == 204
    assert caller.get(path).json()["state"] == "cancelled"


def test_a_repeat_answers_for_the_claim_and_410_once_it_is_over(caller, user, queued_claim):
    queued_claim(user)
    first = caller.post("/api/v1/sessions", {}, Idempotency_Key="k")
    again = caller.post("/api/v1/sessions", {}, Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    caller.delete(f"/api/v1/claims/{first.json()['id']}")
    assert caller.post("/api/v1/sessions", {}, Idempotency_Key="k").status_code == 410
