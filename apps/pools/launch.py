"""The launch options of a pool's browsers, and those of one session laid over them. Pure but for the rows it reads."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from apps.pools.models import Pool


def template(pool: Pool) -> dict[str, Any]:
    """What every warm browser of the pool is launched with."""
    return {"viewport": {"width": pool.viewport_width, "height": pool.viewport_height}, **pool.launch}


def effective(pool: Pool, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {**template(pool), **wanted}


def launch_hash(options: Mapping[str, Any]) -> str:
    """Equal for equal options; what `launch_wanted` and `launch_present` compare."""
    return hashlib.sha256(json.dumps(options, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:32]


def configuration_hash(pool: Pool) -> str:
    """Of all that makes a warm browser of this pool what it is; a change rolls the warm ones."""
    provider = pool.provider
    return launch_hash(
        {
            "launch": template(pool),
            "provider": str(provider.pk),
            "options": provider.options,
            "egress": provider.egress_allow,
        }
    )
