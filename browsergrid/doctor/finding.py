"""One thing that was looked at, and what was seen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    seen: str  # a few words; never a secret
    remedy: str = ""  # empty: nothing is wrong
    is_fatal: bool = True  # with a remedy: whether `make up` cannot work before it

    @property
    def is_well(self) -> bool:
        return not self.remedy
