"""What all browsers of one node stand on: its configuration, its Chromium, its directories, and its turn-taking."""

import asyncio
from dataclasses import dataclass, field

from browser_node.capture.spools import Spools
from browser_node.chromium import Chromium
from browser_node.config import Config
from browser_node.destination import Resolver
from browser_node.directories import Directories
from browser_node.memory import usable_cores


@dataclass(frozen=True, slots=True)
class Ground:
    config: Config
    chromium: Chromium
    directories: Directories
    spools: Spools
    resolver: Resolver
    bubblewrap: str
    can_limit_size: bool
    walled: bool = True  # false: the operator allowed browsers without a sandbox, and none works here
    # A start takes about a CPU-second, so more at once than cores makes each of them slower and none of them earlier.
    starts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(max(1, usable_cores())))
