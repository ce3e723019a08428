"""Hints: said after the commit, heard by whoever waits, and missed without harm when Redis is away or hangs."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pytest_django import Settings

from apps.events import bus
from apps.events.news import News
from browsergrid.supervisor.redis_server import find_program
from tests.support.eventually import eventually, eventually_async


@pytest.fixture
def place() -> Iterator[Path]:
    """Short, for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="bg-redis-", dir="/tmp"))
    yield folder / "redis.sock"
    shutil.rmtree(folder)


@pytest.fixture
def configured(place: Path, settings: Settings) -> Iterator[Path]:
    settings.REDIS_URL = f"unix://{place}"
    bus._client.cache_clear()
    yield place
    bus._client.cache_clear()


@pytest.fixture
def server(configured: Path) -> Iterator[Path]:
    command = [
        find_program(),
        "--port",
        "0",
        "--unixsocket",
        str(configured),
        "--save",
        "",
        "--dir",
        str(configured.parent),
    ]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            return bool(redis.Redis.from_url(f"unix://{configured}").ping())
        except redis.RedisError:
            return False

    eventually(answers, what="Redis")
    yield configured
    running.terminate()
    running.wait()


def test_without_redis_a_hint_is_lost_and_nothing_else(configured: Path) -> None:
    bus.hint(bus.Topic.NEWS)


def test_a_redis_that_hangs_holds_a_hint_up_for_a_moment_only(configured: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(configured))
        silent.listen()
        begun = time.monotonic()
        bus.hint(bus.Topic.NEWS)
        assert time.monotonic() - begun < 3


async def test_who_waits_is_woken_by_a_hint(server: Path) -> None:
    news = News(bus.Topic.NEWS)

    def listens() -> bool:
        return bool(redis.Redis.from_url(f"unix://{server}").pubsub_numsub(bus.Topic.NEWS)[0][1])

    waiting = asyncio.ensure_future(news.wait(10))
    await eventually_async(listens, what="the subscription")
    bus.hint(bus.Topic.NEWS, 7)
    assert await waiting is True
    assert await news.wait(0.05) is False
    news._task.cancel()


async def test_all_that_wait_are_woken_together(server: Path) -> None:
    news = News(bus.Topic.NEWS)
    waiting = [asyncio.ensure_future(news.wait(10)) for _ in range(5)]
    await asyncio.sleep(0)
    news.on_message(bus.Topic.NEWS, None)
    assert await asyncio.gather(*waiting) == [True] * 5
    news._task.cancel()


async def test_without_redis_who_waits_goes_on_when_the_time_is_up(configured: Path) -> None:
    news = News(bus.Topic.NEWS)
    assert await news.wait(0.05) is False
    assert await news.wait(0.05) is False
    news._task.cancel()
