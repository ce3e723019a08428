"""How long to wait before a child that ended is started again, and when to give up. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Restart:
    after_seconds: float
    failures: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    failures: int


@dataclass(frozen=True, slots=True)
class Backoff:
    first_seconds: float = 0.5
    factor: float = 2.0
    longest_seconds: float = 30.0
    steady_seconds: float = 30.0  # a child that ran this long had recovered
    limit: int = 8  # failures in a row
    limit_before_ready: int = 3  # what never worked will hardly begin to

    def after(self, failures: int, ran_seconds: float, *, was_ready: bool) -> Restart | GiveUp:
        """`failures` in a row before this one, which came after `ran_seconds`; `was_ready`: ever since we began."""
        failures = 1 if ran_seconds >= self.steady_seconds else failures + 1
        if failures >= (self.limit if was_ready else self.limit_before_ready):
            return GiveUp(failures)
        wait = self.first_seconds * self.factor ** (failures - 1)
        return Restart(min(wait, self.longest_seconds), failures)
