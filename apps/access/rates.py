"""How many of something in a minute: counted in Redis for all processes, in this process while Redis is away.

Who is counted and by which limit is the caller's business. Nothing is refused for want of Redis.
"""

import logging
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from apps.core.errors import TooMany

logger = logging.getLogger(__name__)

REDIS_SECONDS = 0.3  # no claim waits longer for Redis than this
PAUSE_SECONDS = 2.0  # after a failure Redis is asked again no sooner


@dataclass(frozen=True)
class Rate:
    """`key` never holds a secret."""

    name: str
    key: str
    per_minute: int


@dataclass(frozen=True)
class Allowance:
    """What is left of the tightest of the rates that were counted."""

    limit: int
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


class RateExceeded(TooMany):
    """Carries what the answer's headers tell."""

    def __init__(self, rate: Rate, allowance: Allowance) -> None:
        wait = max(1, allowance.reset_seconds)
        super().__init__(
            "rate_limit",
            f"This {rate.name} makes more than {rate.per_minute} claims a minute. Try again in {wait} s.",
            retry_after=wait,
        )
        self.allowance = allowance


def count(rates: Iterable[Rate]) -> Allowance:
    """Count one use against every rate. Raises RateExceeded, naming the first that is used up."""
    tightest: Allowance | None = None
    for rate in rates:
        is_within, allowance = _hit(rate)
        if not is_within:
            raise RateExceeded(rate, allowance)
        if tightest is None or allowance.remaining < tightest.remaining:
            tightest = allowance
    return tightest or Allowance(0, 0, 0)


def _hit(rate: Rate) -> tuple[bool, Allowance]:
    item = RateLimitItemPerMinute(rate.per_minute, namespace="browsergrid")
    shared = _Shared.instance()
    if shared.is_due():
        try:
            return _ask(shared.limiter, item, rate)
        except StorageError as error:
            shared.failed(error)
    return _ask(_own_limiter(), item, rate)


def _ask(limiter: MovingWindowRateLimiter, item: RateLimitItem, rate: Rate) -> tuple[bool, Allowance]:
    is_within = limiter.hit(item, rate.name, rate.key)
    reset, remaining = limiter.get_window_stats(item, rate.name, rate.key)
    seconds = min(60, max(0, math.ceil(reset - time.time())))
    return is_within, Allowance(rate.per_minute, max(0, int(remaining)), seconds)


class _Shared:
    """The limiter on Redis, left alone for a while after each failure."""

    def __init__(self, url: str) -> None:
        options = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
        storage = storage_from_string(_limits_url(url), wrap_exceptions=True, **options)
        self.limiter = MovingWindowRateLimiter(storage)
        self.again_at = 0.0

    @staticmethod
    @cache
    def _of(url: str) -> "_Shared":
        return _Shared(url)

    @classmethod
    def instance(cls) -> "_Shared":
        return cls._of(settings.REDIS_URL)

    def is_due(self) -> bool:
        return time.monotonic() >= self.again_at

    def failed(self, error: StorageError) -> None:
        self.again_at = time.monotonic() + PAUSE_SECONDS
        logger.info("rates.redis_unreachable", extra={"reason": type(error.storage_error).__name__})


@cache
def _own_limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


def _limits_url(url: str) -> str:
    return url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url
