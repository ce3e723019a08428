"""How many of something in a minute: counted in Redis for all processes, in this process while Redis is away.

Who is counted and by which limit is the caller's business. Nothing is refused for want of Redis.
"""

import logging
import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis import Redis
from redis.exceptions import RedisError

from apps.core.errors import TooMany

logger = logging.getLogger(__name__)

WINDOW = 60  # seconds
REDIS_SECONDS = 0.3  # no request waits longer for Redis than this
PAUSE_SECONDS = 2.0  # after a failure Redis is asked again no sooner

# All rates in one round trip, for every request waits for it; `limits` would need two for each. A key holds the times
# of its uses. KEYS: one a rate. ARGV: now, window, a name for this use, one limit a rate.
COUNT = """
local now, window, refused, told = tonumber(ARGV[1]), tonumber(ARGV[2]), 0, {}
for n, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  if refused == 0 and redis.call('ZCARD', key) >= tonumber(ARGV[n + 3]) then refused = n end
end
for n, key in ipairs(KEYS) do
  if refused == 0 then
    redis.call('ZADD', key, ARGV[1], ARGV[3])
    redis.call('EXPIRE', key, window)
  end
  told[2 * n - 1] = redis.call('ZCARD', key)
  told[2 * n] = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2] or ARGV[1]
end
return {refused, unpack(told)}
"""


@dataclass(frozen=True)
class Rate:
    """`key` never holds a secret; `of` says what is counted, in a word that a sentence can hold."""

    name: str
    key: str
    per_minute: int
    of: str = "claims"

    @property
    def place(self) -> str:
        """Where it is counted."""
        return f"{self.of}:{self.name}:{self.key}"


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
            f"This {rate.name} makes more than {rate.per_minute} {rate.of} a minute. Try again in {wait} s.",
            retry_after=wait,
        )
        self.allowance = allowance


def count(rates: Sequence[Rate]) -> Allowance:
    """Count one use against every rate, or against none. Raises RateExceeded, naming the first that is used up."""
    uses = _counted(rates)
    tightest: Allowance | None = None
    for rate, use in zip(rates, uses, strict=True):
        allowance = Allowance(rate.per_minute, max(0, rate.per_minute - use.count), _seconds_until(use.oldest + WINDOW))
        if use.is_refused:
            raise RateExceeded(rate, allowance)
        if tightest is None or allowance.remaining < tightest.remaining:
            tightest = allowance
    return tightest or Allowance(0, 0, 0)


@dataclass(frozen=True)
class _Use:
    """Of one rate within the last minute; `oldest` in seconds since the epoch."""

    count: int
    oldest: float
    is_refused: bool


def _counted(rates: Sequence[Rate]) -> list[_Use]:
    shared = _Shared.instance()
    if shared.is_due():
        try:
            return shared.count(rates)
        except RedisError as error:
            shared.failed(error)
    return _counted_here(rates)


class _Shared:
    """The windows in Redis, left alone for a while after each failure."""

    def __init__(self, url: str) -> None:
        client = Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
        self._script = client.register_script(COUNT)
        self._again_at = 0.0

    @staticmethod
    @cache
    def _of(url: str) -> "_Shared":
        return _Shared(url)

    @classmethod
    def instance(cls) -> "_Shared":
        return cls._of(settings.REDIS_URL)

    def is_due(self) -> bool:
        return time.monotonic() >= self._again_at

    def failed(self, error: RedisError) -> None:
        self._again_at = time.monotonic() + PAUSE_SECONDS
        logger.info("rates.redis_unreachable", extra={"reason": type(error).__name__})

    def count(self, rates: Sequence[Rate]) -> list[_Use]:
        keys = [f"browsergrid:rate:{rate.place}" for rate in rates]
        limits = [rate.per_minute for rate in rates]
        refused, *told = self._script(keys, [time.time(), WINDOW, secrets.token_hex(8), *limits])
        return [
            _Use(int(told[2 * n]), float(told[2 * n + 1]), is_refused=n + 1 == int(refused)) for n in range(len(rates))
        ]


def _counted_here(rates: Sequence[Rate]) -> list[_Use]:
    limiter = _own_limiter()
    items = [(RateLimitItemPerMinute(rate.per_minute, namespace="browsergrid"), rate.place) for rate in rates]
    refused = next((item for item in items if not limiter.test(*item)), None)
    uses = []
    for item in items:
        if refused is None:
            limiter.hit(*item)
        reset, remaining = limiter.get_window_stats(*item)
        uses.append(_Use(item[0].amount - int(remaining), reset - WINDOW, is_refused=item is refused))
    return uses


@cache
def _own_limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


def _seconds_until(moment: float) -> int:
    return min(WINDOW, max(0, math.ceil(moment - time.time())))
