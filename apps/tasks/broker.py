"""What waits in Redis: messages of each queue. A glance, for people; nothing decides by it."""

from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any

import redis
from django.conf import settings

SECONDS = 0.5


@dataclass(frozen=True)
class Broker:
    """`version` is empty where it does not answer."""

    version: str
    memory_bytes: int
    answered_ms: float
    queues: tuple[tuple[str, int], ...]


AWAY = Broker("", 0, 0.0, ())


def broker() -> Broker:
    queues = sorted({"celery", *(job.queue for job in settings.PERIODIC_JOBS)})
    try:
        began = monotonic()
        _client().ping()
        answered = (monotonic() - began) * 1000
        facts = _client().info()
        lengths = [(name, int(_client().llen(name))) for name in queues]
    except redis.RedisError:
        return AWAY
    return Broker(str(facts["redis_version"]), int(facts["used_memory"]), answered, tuple(lengths))


@cache
def _client() -> Any:  # its answers are typed as those of both worlds at once
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
