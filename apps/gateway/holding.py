"""Wait with a caller on the line until its browser is usable."""

from apps.gateway.claiming import Standing, give_up, until_usable
from apps.gateway.database import in_database
from apps.gateway.inbox import Inbox
from apps.sessions.models import BrowserSession


async def hold(standing: Standing, inbox: Inbox) -> BrowserSession | None:
    """None where the caller has left; its claim is then given up. Raises Ended, NoCapacity."""
    if standing.usable is None:
        watched = Watched(standing)
        await inbox.unless_left(watched.until_usable())
        standing = watched.standing
    if inbox.left.is_set():
        await in_database(give_up, standing)
        return None
    return standing.usable


class Watched:
    """Remembers how far it had come when the caller left."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing

    async def until_usable(self) -> None:
        self.standing = await until_usable(self.standing)
