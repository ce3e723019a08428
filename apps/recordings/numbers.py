"""Numbers as pages say them: infinity, NaN and integers of a thousand digits are JSON to Python, too. Pure."""

from typing import TypeGuard

MOST = 1e15


def is_number(value: object) -> TypeGuard[float]:
    """One to reckon with, and to write as JSON again."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST
