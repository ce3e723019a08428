"""Browsers that no live row stands for: ended when seen twice, some time apart."""

import logging
import time
from collections.abc import Callable, Collection

from django.conf import settings

from apps.pools.models import ProviderConfiguration
from apps.pools.provider import provider_for
from apps.providers.contract import BrowserRef, ProviderError
from apps.sessions.queries import live_instance_ids

logger = logging.getLogger(__name__)


class Orphans:
    """Of one provider. Remembers when each was first seen: rows come before browsers, yet one look is no proof."""

    def __init__(self, configuration: ProviderConfiguration, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._configuration = configuration
        self._monotonic = monotonic
        self._first_seen: dict[BrowserRef, float] = {}

    def remove(self) -> bool:
        """Look at all that the provider runs, and stop what has been without a row for the grace time."""
        provider = provider_for(self._configuration)
        name = self._configuration.name
        try:
            owned: Collection[BrowserRef] = provider.owned()
        except ProviderError as error:
            logger.info("orphans.unknown", extra={"provider": name, "reason": str(error)})
            return False
        rows = live_instance_ids([ref.instance_id for ref in owned])
        now = self._monotonic()
        self._first_seen = {
            ref: self._first_seen.get(ref, now) for ref in owned if ref.instance_id not in rows
        }  # in this order: a row that is made after `owned` was asked has no browser in it yet
        for ref, first in self._first_seen.items():
            if now - first >= settings.GRID.orphan_grace_seconds:
                logger.warning("orphan.removed", extra={"provider": name, "instance": ref.instance_id})
                provider.stop(ref, grace_seconds=settings.GRID.stop_grace_seconds)
        return False
