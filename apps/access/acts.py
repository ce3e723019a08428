"""What may be done to a whole row beside changing it: drain, release, revoke. Declared once, for the administration
and for the pages of people alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.access.actor import Actor


@dataclass(frozen=True)
class Act:
    """`consequence` is told before. `do` calls the service, may raise GridError, and tells what it did; False: nothing.

    `offered`: whether it makes sense for that row now.
    """

    name: str
    label: str
    consequence: str
    do: Callable[[Any, Actor], str | bool]
    is_grave: bool = False  # it cannot be undone: asks first
    offered: Callable[[Any], bool] = lambda _: True
