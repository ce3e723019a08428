"""Browsers that no live row stands for: ended when seen twice, some time apart."""

import logging
import time
from collections.abc import Collection

from django.conf import settings

from apps.pools.models import ProviderConfiguration
from apps.pools.provider import provider_for
from apps.providers.contract import BrowserRef, ProviderError
from apps.sessions.queries import live_instance_ids

logger = logging.getLogger(__name__)


class Orphans:
    """Remembers when each was first seen; a start whose row is being written looks like an orphan for a moment."""

    def __init__(self) -> None:
        self._first_seen: dict[tuple[object, BrowserRef], float] = {}

    def remove(self, configuration: ProviderConfiguration) -> int:
        """Look at all that the provider runs, and stop what has been without a row for the grace time."""
        provider = provider_for(configuration)
        try:
            owned: Collection[BrowserRef] = provider.owned()
        except ProviderError as error:
            logger.info("orphans.unknown", extra={"provider": configuration.name, "reason": str(error)})
            return 0
        rows = live_instance_ids([ref.instance_id for ref in owned])
        strays = {ref for ref in owned if ref.instance_id not in rows}
        now, removed = time.monotonic(), 0
        for key in [key for key in self._first_seen if key[0] == configuration.pk and key[1] not in strays]:
            del self._first_seen[key]
        for ref in strays:
            first = self._first_seen.setdefault((configuration.pk, ref), now)
            if now - first >= settings.GRID.orphan_grace_seconds:
                logger.warning("orphan.removed", extra={"provider": configuration.name, "instance": ref.instance_id})
                provider.stop(ref, grace_seconds=settings.GRID.stop_grace_seconds)
                removed += 1
        return removed
