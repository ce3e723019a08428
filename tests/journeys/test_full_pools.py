"""A pool that is full, a caller who asks too often, a caller who leaves before it is served."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.journeys.caller import Caller
from tests.support.eventually import eventually
from tests.support.product import Product
from tests.support.raw_http import UPGRADE, head, send

pytestmark = [pytest.mark.browser]


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


@pytest.mark.alone
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
