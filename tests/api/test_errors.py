"""Whatever goes wrong below /api/ is told as a problem document."""

import pytest
from django.test import Client

from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def _is_problem(response, status: int, code: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"urn:browsergrid:problem:{code}"
    assert body["title"]
    assert body["detail"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/sessions", "/api/v1/sessions/a/b/c", "/api/v1/sessions/a%0Ab/c"],
)
def test_an_address_that_leads_nowhere_is_404(caller, method, path):
    _is_problem(caller.client.generic(method, path, headers=caller.headers), 404, "not_found")


def test_another_method_is_405_and_says_which_there_are(caller):
    response = caller.ask("PUT", "/api/v1/me")
    _is_problem(response, 405, "method_not_allowed")
    assert "GET" in response["Allow"]


def test_nobody_is_401():
    _is_problem(Client().get("/api/v1/me"), 401, "invalid_credential")


def test_what_is_not_there_and_what_is_somebody_elses_are_alike_to_the_byte(caller, make_user, claimed_session):
    foreign = claimed_session(make_user()).public_id
    random = f"{foreign[:-2]}00"
    answers = [caller.get(f"/api/v1/sessions/{word}") for word in (foreign, random, "ses_", "x", "%00", "☃")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    names = [sorted(set(answer.headers) - {"X-Request-Id"}) for answer in answers]
    assert all(name == names[0] for name in names)


def test_a_failure_of_ours_tells_no_details(caller, monkeypatch):
    from apps.api.v1 import sessions

    def broken(*_):
        raise RuntimeError("the password is 1234")

    monkeypatch.setattr(sessions, "visible_sessions", broken)
    response = caller.client.get("/api/v1/sessions", headers=caller.headers)
    _is_problem(response, 500, "internal_error")
    assert b"1234" not in response.content


def test_deep_json_is_refused_and_not_a_failure(caller, default_pool):
    body = b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    response = caller.client.post("/api/v1/sessions", body, content_type="application/json", headers=caller.headers)
    assert response.status_code in {400, 422}


def test_a_body_beyond_a_megabyte_is_refused(caller, default_pool):
    body = b'{"name":"' + b"x" * 1_100_000 + b'"}'
    response = caller.client.post("/api/v1/sessions", body, content_type="application/json", headers=caller.headers)
    assert response.status_code in {400, 413}
    assert response["Content-Type"] == "application/problem+json"


def test_html_is_not_offered():
    assert Caller().get("/api/v1/me", Accept="text/html").status_code in {401, 406}
