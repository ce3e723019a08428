"""What staff alone may see: for everybody else it is not there."""

from apps.access.actor import Actor
from apps.core.errors import NotFound


def staff_only(actor: Actor) -> None:
    """Raises NotFound, as for an address that leads nowhere."""
    if not actor.sees_all:
        raise NotFound
