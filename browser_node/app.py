"""The node as an ASGI application: routes and lifespan. Importing it has no effect but naming the spliced addresses."""

import contextlib
import logging
from collections.abc import AsyncIterator

from starlette.applications import Starlette

from browser_node import errors, prerequisites
from browser_node.browsers import Browsers
from browser_node.capture.spools import Spools
from browser_node.capture_api import CaptureApi
from browser_node.config import Config
from browser_node.destination import Resolver
from browser_node.directories import Directories
from browser_node.errors import ApiError
from browser_node.files_api import FilesApi
from browser_node.ground import Ground
from browser_node.life_api import LifeApi
from browser_node.live_api import LiveApi
from browser_node.use_api import UseApi, is_spliced
from splice.protocol import SpliceProtocol

logger = logging.getLogger(__name__)

SpliceProtocol.routes = staticmethod(is_spliced)
SpliceProtocol.drain_seconds = 0.0  # the browsers end with the node, so there is nothing to drain for


class CannotRun(Exception):
    """This machine cannot run browsers as it is; says what to do."""


async def lay_ground(config: Config) -> Ground:
    """Raises CannotRun."""
    found = await prerequisites.look(config.chromium)
    if found.chromium is None:
        raise CannotRun(" ".join(found.problems))
    if not found.sandbox_works and not config.allow_no_sandbox:
        raise CannotRun(" ".join(found.problems))
    return Ground(
        config=config,
        chromium=found.chromium,
        directories=Directories(config.directory / "browsers"),
        spools=Spools(config.directory / "captures", config.capture_bytes),
        resolver=Resolver(),
        bubblewrap=found.bubblewrap,
        can_limit_size=found.can_limit_size,
        walled=found.sandbox_works,
    )


def make_app(ground: Ground) -> Starlette:
    """`state.end_waits()` lets requests go that wait for a change; the server calls it when it is asked to end."""
    browsers = Browsers(ground)
    use = UseApi(browsers)
    live = LiveApi(use)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await ground.spools.open()
        await browsers.open()
        logger.info("the node is up", extra={"max_browsers": ground.config.max_browsers})
        try:
            yield
        finally:
            await browsers.close()
            await ground.spools.close()

    app = Starlette(
        routes=[
            *LifeApi(browsers, ground.config.key).routes(),
            *use.routes(),
            *live.routes(),
            *CaptureApi(browsers, ground.spools, ground.config.key).routes(),
            *FilesApi(browsers, ground.config.key).routes(),
        ],
        exception_handlers={ApiError: errors.answer},
        lifespan=lifespan,
    )

    def end_waits() -> None:
        browsers.changes.end()
        live.end()

    app.state.end_waits = end_waits
    return app
