"""Ids: a UUIDv7 (RFC 9562) inside, an opaque prefixed word outside (`ses_01jd…`)."""

import secrets
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base32: no i, l, o, u
VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
LENGTH = 26  # 128 bits


_lock = threading.Lock()
_last = [0]


def uuid7() -> uuid.UUID:
    """Ordered by time; within one process strictly so, by 4,096 parts of each millisecond (§6.2, method 3)."""
    with _lock:
        now = _last[0] = max(time.time_ns() * 4096 // 1_000_000, _last[0] + 1)
    millisecond, part = divmod(now, 4096)
    return uuid.UUID(int=millisecond << 80 | 0x7 << 76 | part << 64 | 0x2 << 62 | secrets.randbits(62))


def least(moment: datetime, *, slack: timedelta = timedelta()) -> uuid.UUID:
    """No id that was made since is smaller, and none that was made before is larger. `slack` moves the moment."""
    millisecond = int((moment.timestamp() + slack.total_seconds()) * 1000)
    return uuid.UUID(int=min(max(millisecond, 0), (1 << 48) - 1) << 80)


def made_at(value: uuid.UUID) -> datetime:
    """When an id was made, to the millisecond."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)


def encode(prefix: str, value: uuid.UUID) -> str:
    number, letters = value.int, []
    for _ in range(LENGTH):
        number, rest = divmod(number, 32)
        letters.append(ALPHABET[rest])
    return f"{prefix}_{''.join(reversed(letters))}"


def decode(prefix: str, word: str) -> uuid.UUID | None:
    """The UUID inside, or None where the word is no id of that kind."""
    head, _, letters = word.partition("_")
    if head != prefix or len(letters) != LENGTH or any(letter not in VALUES for letter in letters):
        return None
    number = 0
    for letter in letters:
        number = number * 32 + VALUES[letter]
    return uuid.UUID(int=number) if number < 1 << 128 else None
