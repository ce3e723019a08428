"""Before the first client is joined to a browser its node is told what to capture, so that nothing is missed."""

import logging
from uuid import UUID

from django.db import Error as DatabaseError

from apps.gateway.database import in_database_and_node
from apps.gateway.links import Link
from apps.recordings.capturing import try_to_arm
from apps.sessions.queries import session_with_key

logger = logging.getLogger(__name__)


async def arm(link: Link) -> None:
    """Raises nothing: a client is let in also where nothing can be captured now; the collector tries again."""
    try:
        await in_database_and_node(_arm, link.session.pk)
    except DatabaseError as error:
        logger.warning("gateway.not_armed", extra={"reason": type(error).__name__})


def _arm(key: UUID) -> None:
    session = session_with_key(key)
    if session is not None:
        try_to_arm(session)
