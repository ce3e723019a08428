"""Counting in this process while Redis is away; with a Redis, counting together."""

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from apps.access.rates import Rate, RateExceeded, count
from browsergrid.supervisor import redis_server
from tests.support.eventually import eventually


@pytest.fixture
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = redis_server.find_program()
    socket = tmp_path_factory.mktemp("r") / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(socket.parent)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        eventually(socket.exists, what="redis")
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait(5)


@pytest.fixture(params=["redis", "nowhere"])
def anywhere(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> str:
    here = request.param == "redis"
    settings.REDIS_URL = request.getfixturevalue("redis_url") if here else f"unix://{tmp_path}/none.sock"
    return str(request.param)


def test_the_limit_is_kept_and_told(anywhere: str) -> None:
    rate = Rate("token", secrets.token_hex(4), 3)
    told = [count([rate]) for _ in range(3)]
    assert [allowance.remaining for allowance in told] == [2, 1, 0]
    assert all(allowance.limit == 3 and 0 < allowance.reset_seconds <= 60 for allowance in told)
    with pytest.raises(RateExceeded) as refused:
        count([rate])
    assert refused.value.status == 429
    assert refused.value.retry_after
    assert 0 < refused.value.retry_after <= 60
    assert refused.value.allowance.headers()["RateLimit-Remaining"] == "0"


def test_the_tightest_of_several_rates_is_told(anywhere: str) -> None:
    key = secrets.token_hex(4)
    told = count([Rate("token", key, 9), Rate("address", key, 5)])
    assert (told.limit, told.remaining) == (5, 4)


def test_one_key_does_not_use_up_another(anywhere: str) -> None:
    first, second = secrets.token_hex(4), secrets.token_hex(4)
    count([Rate("token", first, 1)])
    count([Rate("token", second, 1)])
    with pytest.raises(RateExceeded):
        count([Rate("token", first, 1)])


def test_what_is_refused_uses_up_nothing_else(anywhere: str) -> None:
    token, address = Rate("token", secrets.token_hex(4), 1), Rate("address", secrets.token_hex(4), 9)
    count([token, address])
    for _ in range(3):
        with pytest.raises(RateExceeded, match="This token"):
            count([token, address])
    assert count([address]).remaining == 7
