"""Sessions over the API: created, listed, changed, released."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WARM_CLAIM_STATEMENTS = 10


def test_a_warm_session_answers_201_with_all_that_the_contract_names(caller, user, default_pool, ready_session):
    ready_session()
    response = caller.post("/api/v1/sessions", {"metadata": {"order": "42"}})
    assert response.status_code == 201
    body = response.json()
    assert response["Location"] == f"/api/v1/sessions/{body['id']}"
    assert response["RateLimit-Limit"] == "120"
    assert body["object"] == "session"
    assert body["state"] == "claimed"
    assert body["owner"] == user.public_id
    assert body["pool"] == {"id": None, "name": "default"}
    assert body["browser_version"] == "156.0.0.0"
    assert body["keep_alive"] is True
    assert body["viewport"] == {"width": 1280, "height": 720}
    assert body["metadata"] == {"order": "42"}
    assert body["connect_url"].startswith(f"ws://testserver/sessions/{body['id']}/connect?ticket=")
    assert body["live_url"].startswith(f"http://testserver/sessions/{body['id']}/live?ticket=")


def test_without_a_warm_one_a_browser_is_started_and_the_answer_is_202(caller, default_pool):
    response = caller.post("/api/v1/sessions", {})
    assert response.status_code == 202
    assert response.json()["object"] == "session"
    assert response.json()["state"] == "pending"


def test_in_a_full_pool_the_answer_is_a_place_in_the_queue(caller, user, queued_claim):
    queued_claim(user)
    response = caller.post("/api/v1/sessions", {})
    assert response.status_code == 202
    assert response.json()["object"] == "claim"
    assert response.json()["position"] == 2
    assert response["Location"] == f"/api/v1/claims/{response.json()['id']}"
    assert response["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"viewport": "big"}, "viewport"),
        ({"timeout": 0}, "timeout"),
        ({"metadata": ["x"]}, "metadata"),
        ({"keep_alive": "yes"}, "keep_alive"),
        ({"name": "\x00"}, "name"),
        ({"profile": "mine"}, "profile"),
    ],
)
def test_a_wrong_option_is_422_and_named(caller, default_pool, body, field):
    response = caller.post("/api/v1/sessions", body)
    assert response.status_code == 422
    assert [entry["field"] for entry in response.json()["errors"]] == [field]
    assert BrowserSession.objects.count() == 0


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "{", "\xff"])
def test_a_body_that_is_no_object_changes_nothing(caller, default_pool, body):
    response = caller.client.post(
        "/api/v1/sessions", body.encode("latin-1"), content_type="application/json", headers=caller.headers
    )
    assert response.status_code in {400, 422}
    assert response["Content-Type"] == "application/problem+json"
    assert BrowserSession.objects.count() == 0


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_only_json_bodies_are_read(caller, default_pool, content_type):
    response = caller.client.post("/api/v1/sessions", b"a=b", content_type=content_type, headers=caller.headers)
    assert response.status_code == 415
    assert BrowserSession.objects.count() == 0


def test_an_unknown_pool_is_404(caller, default_pool):
    assert caller.post("/api/v1/sessions", {"pool": "nowhere"}).status_code == 404


def test_a_paused_pool_is_503_with_retry_after(caller, default_pool):
    Pool.objects.update(paused_at="2026-01-01T00:00:00Z")
    response = caller.post("/api/v1/sessions", {})
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response.json()["code"] == "pool_paused"


def test_a_repeat_under_the_same_key_creates_nothing_and_tells_what_became(
    caller, user, ready_session, ended_session, actor_for
):
    ready_session()
    first = caller.post("/api/v1/sessions", {"name": "x"}, Idempotency_Key="k")
    again = caller.post("/api/v1/sessions", {"name": "x"}, Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = caller.post("/api/v1/sessions", {"name": "y"}, Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    ended_session(BrowserSession.objects.get(), actor=actor_for(user))
    assert caller.post("/api/v1/sessions", {"name": "x"}, Idempotency_Key="k").status_code == 410


def test_claims_beyond_the_rate_are_429_and_told_when_to_return(caller, default_pool, settings):
    settings.GRID = type(settings.GRID)(claim_rate=2)
    caller.post("/api/v1/sessions", {})
    caller.post("/api/v1/sessions", {})
    response = caller.post("/api/v1/sessions", {})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert response["RateLimit-Remaining"] == "0"


def test_a_list_has_no_connect_addresses_and_counts_clients(caller, user, running_session):
    running_session(user)
    [row] = caller.get("/api/v1/sessions").json()["results"]
    assert row["connect_url"] is None
    assert row["clients"] == 1
    assert row["state"] == "running"


def test_lists_are_narrowed_by_state_pool_and_metadata(caller, user, default_pool, claimed_session, make_pool):
    claimed_session(user, metadata={"order": "42", "7": "seven", 'qu"ote': "q"})
    claimed_session(user, make_pool(user), metadata={"order": "43"})

    def found(query):
        return len(caller.get(f"/api/v1/sessions?{query}").json()["results"])

    assert found("") == 2
    assert found("metadata.order=42") == 1
    assert found("metadata.order=42&state=claimed") == 1
    assert found("metadata.order=42&state=running") == 0
    assert found("metadata.7=seven") == 1
    assert found("metadata.order__contains=4") == 0
    assert found("metadata.none=42") == 0
    assert found("pool=mine") == 1
    assert found(f"pool={default_pool.public_id}") == 0  # not mine to see
    assert found("state=claimed,running") == 2
    assert caller.get("/api/v1/sessions?state=asleep").status_code == 422


def test_pages_follow_each_other_both_ways_and_never_repeat_the_token(user, default_pool, claimed_session):
    from tests.api.caller import Caller
    from tests.factories.people import make_token

    made = [claimed_session(user).public_id for _ in range(5)][::-1]
    caller = Caller()
    first = caller.get(f"/api/v1/sessions?limit=2&token={make_token(user)[1]}").json()
    assert [row["id"] for row in first["results"]] == made[:2]
    assert first["previous"] is None
    assert "token" not in first["next"]
    bearer = Caller(make_token(user)[1])
    second = bearer.get(first["next"].removeprefix("http://testserver")).json()
    assert [row["id"] for row in second["results"]] == made[2:4]
    third = bearer.get(second["next"].removeprefix("http://testserver")).json()
    assert [row["id"] for row in third["results"]] == made[4:]
    assert third["next"] is None
    back = bearer.get(third["previous"].removeprefix("http://testserver")).json()
    assert [row["id"] for row in back["results"]] == made[2:4]
    start = bearer.get(back["previous"].removeprefix("http://testserver")).json()
    assert [row["id"] for row in start["results"]] == made[:2]
    assert start["previous"] is None


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=x", "limit=000000001201", f"limit={'0' * 8}{'1' * 5000}",
        "cursor=%00", "cursor=abc", "cursor=PDE",
    ],
)  # fmt: skip
def test_a_bad_page_is_422(caller, query):
    assert caller.get(f"/api/v1/sessions?{query}").status_code == 422


def test_the_detail_carries_the_same_connect_address_each_time(caller, user, claimed_session):
    path = f"/api/v1/sessions/{claimed_session(user).public_id}"
    first, second = caller.get(path).json(), caller.get(path).json()
    assert first["connect_url"] == second["connect_url"] is not None


def test_without_the_connect_scope_there_is_no_connect_address(calls_as, user, claimed_session):
    from apps.access.permissions import Scope

    reader = calls_as(user, scopes=[Scope.SESSIONS_READ])
    body = reader.get(f"/api/v1/sessions/{claimed_session(user).public_id}").json()
    assert body["connect_url"] is None


def test_name_metadata_keep_alive_and_time_can_be_changed_and_nothing_else(caller, user, claimed_session):
    path = f"/api/v1/sessions/{claimed_session(user, keep_alive=True).public_id}"
    before = caller.get(path).json()
    body = caller.patch(path, {"name": "night run", "metadata": {"a": "b"}, "timeout": 60}).json()
    assert (body["name"], body["metadata"]) == ("night run", {"a": "b"})
    assert body["expires_at"] < before["expires_at"]
    assert caller.patch(path, {"state": "ready"}).status_code == 422
    assert caller.patch(path, {"owner": "usr_x"}).status_code == 422
    assert caller.patch(path, {"keep_alive": False}).status_code == 409
    assert caller.patch(path, {"timeout": -1}).status_code == 422


def test_release_is_repeatable_and_ends_in_204(caller, user, claimed_session, actor_for):
    from tests.factories.sessions import end

    session = claimed_session(user)
    path = f"/api/v1/sessions/{session.public_id}"
    first = caller.delete(path)
    assert first.status_code == 202
    assert first.json()["end_reason"] == "released"
    assert caller.post(f"{path}/release").status_code == 202
    end(BrowserSession.objects.get(pk=session.pk), actor=actor_for(user))
    assert caller.delete(path).status_code == 204
    assert caller.post(f"{path}/release").status_code == 204
    assert caller.get(path).json()["state"] == "completed"
    assert caller.get(path).json()["connect_url"] is None
    assert caller.patch(path, {"name": "x"}).status_code == 410


def test_staff_who_release_anothers_session_are_named_as_the_reason(calls_as, make_user, user, claimed_session):
    staff = calls_as(make_user(staff=True))
    body = staff.delete(f"/api/v1/sessions/{claimed_session(user).public_id}").json()
    assert body["end_reason"] == "admin"


def test_all_of_mine_are_released_at_once_and_nobody_elses(caller, user, make_user, default_pool, claimed_session):
    other = claimed_session(make_user())
    claimed_session(user, metadata={"a": "1"})
    claimed_session(user)
    assert caller.post("/api/v1/sessions/release?metadata.a=1").json() == {"released": 1}
    assert caller.post("/api/v1/sessions/release").json() == {"released": 1}
    assert caller.post("/api/v1/sessions/release").json() == {"released": 0}
    other.refresh_from_db()
    assert other.stop_requested_at is None


def test_a_session_gets_a_root_of_its_own(caller, user, claimed_session, settings):
    path = f"/api/v1/sessions/{claimed_session(user).public_id}/host-root"
    response = caller.ask("POST", path, Host="localhost:8000")
    body = response.json()
    secret, _, rest = body["host"].partition(".")
    assert response.status_code == 200
    assert (len(secret), rest) == (32, "connect.localhost:8000")
    assert body["url"] == f"http://{body['host']}"
    assert caller.ask("POST", path, Host="127.0.0.1:8000").json()["host"] == f"{secret}.connect.localhost:8000"
    settings.GRID = type(settings.GRID)(public_url="https://grid.example.com")
    assert caller.post(path).json()["url"] == f"https://{secret}.connect.grid.example.com"


def test_addresses_are_built_from_the_public_url(caller, user, claimed_session, settings):
    settings.GRID = type(settings.GRID)(public_url="https://grid.example.com/base/")
    body = caller.get(f"/api/v1/sessions/{claimed_session(user).public_id}").json()
    assert body["connect_url"].startswith("wss://grid.example.com/base/sessions/")
    assert body["url"].startswith("https://grid.example.com/base/sessions/")


def test_every_address_answers_with_a_slash_at_its_end_too(caller, user, default_pool):
    assert caller.get("/api/v1/sessions/").status_code == 200
    assert caller.post("/api/v1/sessions/", {}).status_code == 202


def test_answers_must_not_be_kept(caller, default_pool):
    assert caller.get("/api/v1/sessions")["Cache-Control"] == "no-store"


def test_a_warm_claim_is_one_transaction_of_few_statements(user, caller, default_pool, ready_session):
    ready_session()
    caller.get("/api/v1/me")  # the token's last use is written once a minute
    with CaptureQueriesContext(connection) as asked:
        assert caller.post("/api/v1/sessions", {}).status_code == 201
    statements = [query["sql"] for query in asked.captured_queries]
    transactions = [sql for sql in statements if sql.startswith("SAVEPOINT")]
    assert len(transactions) == 1, transactions
    plain = [sql for sql in statements if not sql.startswith(("SAVEPOINT", "RELEASE", "NOTIFY", "SELECT statement_"))]
    assert len(plain) <= WARM_CLAIM_STATEMENTS, plain
