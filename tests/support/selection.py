"""Which files `-m` leaves no test of, told without importing them: the import takes longer than most files' tests."""

import re
from itertools import chain, combinations

from _pytest.mark.expression import Expression

MARK = re.compile(r"\bpytest\.mark\.(\w+)")


def holds_any(source: str, wanted: str) -> bool:
    """Whether a test of this file can carry what `wanted` asks for; every mark of a test stands in its file."""
    expression = Expression.compile(wanted)
    named = sorted({mark for mark in MARK.findall(source) if re.search(rf"\b{mark}\b", wanted)})
    carried = chain.from_iterable(combinations(named, count) for count in range(len(named) + 1))
    return any(expression.evaluate(lambda mark, chosen=chosen, **_: mark in chosen) for chosen in carried)
