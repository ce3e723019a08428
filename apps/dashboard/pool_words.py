"""What a pool's numbers do, in plain sentences. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.dashboard.spans import in_words

NAMES = (
    "min",
    "max",
    "max_concurrency",
    "timeout_minutes",
    "idle_timeout_seconds",
    "queue_limit",
    "queue_timeout_seconds",
)
MOST = 1_000_000


@dataclass(frozen=True)
class Explained:
    sentences: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def explained(numbers: Mapping[str, int]) -> Explained:
    """The sentences for these numbers; one of NAMES that is missing or wrong is asked for instead."""
    missing = [name for name in NAMES if not 0 <= numbers.get(name, -1) <= MOST]
    if missing:
        return Explained((), (f"Give whole numbers: {', '.join(missing)}.",))
    minimum, maximum = numbers["min"], numbers["max"]
    if maximum < 1 or numbers["max_concurrency"] < 1 or numbers["timeout_minutes"] < 1:
        return Explained((), ("max, max_concurrency and the longest life are at least 1.",))
    if minimum > maximum:
        return Explained((), (f"min is {minimum} and may not exceed max, which is {maximum}.",))
    in_use = min(numbers["max_concurrency"], maximum)
    sentences = (_alive(minimum, maximum), _queue(in_use, numbers), _life(numbers))
    return Explained(sentences, tuple(_warnings(minimum, maximum, numbers["max_concurrency"], numbers)))


def _alive(minimum: int, maximum: int) -> str:
    warm = f"{minimum} always warm" if minimum else "none kept warm, so each claim waits for one to start"
    return f"Up to {_browsers(maximum)}, {warm}."


def _queue(in_use: int, numbers: Mapping[str, int]) -> str:
    after = f"the {ordinal(in_use + 1)} caller"
    if not numbers["queue_limit"]:
        return f"{_sessions(in_use)} may be in use; {after} is refused at once."
    wait = in_words(numbers["queue_timeout_seconds"])
    return f"{_sessions(in_use)} may be in use; {after} waits up to {wait}, and then is told to come back."


def _life(numbers: Mapping[str, int]) -> str:
    longest = in_words(numbers["timeout_minutes"] * 60)
    idle = numbers["idle_timeout_seconds"]
    quiet = f", or after {in_words(idle)} without activity" if idle else ""
    return f"A session ends {longest} after its claim{quiet}."


def _warnings(minimum: int, maximum: int, concurrency: int, numbers: Mapping[str, int]) -> list[str]:
    found = []
    if concurrency > maximum:
        found.append(f"max_concurrency is beyond max: never more than {maximum} can be in use.")
    elif minimum and maximum - concurrency < minimum:
        kept = maximum - concurrency
        said = f"only {kept} stay" if kept > 1 else "only 1 stays" if kept else "none stays"
        found.append(f"When {concurrency} are in use, {said} warm, since max is {maximum}.")
    if numbers["queue_timeout_seconds"] >= 30:
        found.append("Playwright itself gives up after 30 seconds: keep the longest wait below.")
    return found


def ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _browsers(number: int) -> str:
    return "1 browser" if number == 1 else f"{number} browsers"


def _sessions(number: int) -> str:
    return "1 session" if number == 1 else f"{number} sessions"
