"""Times as a histogram that can be added up: p50 and p95 of any hours and pools together, within 8 %. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

LEAST = 0.001  # seconds; what is shorter counts as at once
STEP = 1.15  # each bucket reaches this much further than the one before

Waits = Mapping[int, int]  # bucket → how many


def bucket(seconds: float) -> int:
    """0 for at once, then 1, 2 …"""
    return 0 if seconds <= LEAST else max(1, math.ceil(math.log(seconds / LEAST) / math.log(STEP)))


def middle(number: int) -> float:
    """The seconds that a bucket stands for."""
    return 0.0 if number == 0 else LEAST * STEP ** (number - 0.5)


def counted(seconds: Iterable[float]) -> Counter[int]:
    return Counter(bucket(one) for one in seconds)


def percentile(waits: Waits, share: float) -> float | None:
    """The seconds within which that share of all was served; None where there were none."""
    total = sum(waits.values())
    if not total:
        return None
    wanted, seen = max(1, math.ceil(share * total)), 0
    for number in sorted(waits):
        seen += waits[number]
        if seen >= wanted:
            return middle(number)
    return None


def stored(waits: Waits) -> dict[str, int]:
    """JSON has no numbers as keys."""
    return {str(number): many for number, many in sorted(waits.items())}


def read(value: Mapping[str, int]) -> Counter[int]:
    return Counter({int(number): many for number, many in value.items()})
