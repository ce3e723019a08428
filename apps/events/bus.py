"""Hints between processes, over Redis. A hint says "look now"; losing every one costs seconds, never correctness."""

import json
import logging
from enum import StrEnum
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


class Topic(StrEnum):
    NEWS = "browsergrid.news"  # numbered events, for everyone who listens
    RECONCILE = "browsergrid.reconcile"  # something is wanted: the reconciler should look
    REVOKED = "browsergrid.revoked"  # credentials were revoked: gateways should look


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def hint(topic: Topic, message: Any = None) -> None:
    """Tell whoever listens. Never raises for want of Redis."""
    try:
        _client().publish(topic, json.dumps(message))
    except redis.RedisError as error:
        logger.info("bus.unreachable", extra={"topic": topic, "reason": type(error).__name__})


def hint_after_commit(topic: Topic, message: Any = None) -> None:
    """The same, once the caller's transaction is through (at once where there is none)."""
    transaction.on_commit(lambda: hint(topic, message))
