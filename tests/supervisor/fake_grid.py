"""A supervisor over fake children, as a process of its own that a test may kill.

Usage: fake_grid.py <folder> <stage> …    a stage is names joined by commas; a name may carry flags: web--slow
"""

import asyncio
import os
import sys
from pathlib import Path

from browsergrid.supervisor.backoff import Backoff
from browsergrid.supervisor.orphanage import Orphanage
from browsergrid.supervisor.output import Output
from browsergrid.supervisor.plan import Child, Chore, HttpProbe, Plan, Stage
from browsergrid.supervisor.runner import Runner

folder = Path(sys.argv[1])
CHILD = str(Path(__file__).with_name("fake_child.py"))


def fake(word: str) -> Child:
    name, *flags = word.split("--")
    return Child(
        name=name,
        command=(sys.executable, CHILD, str(folder), name, *(f"--{flag}" for flag in flags)),
        environment=dict(os.environ),
        probe=HttpProbe(f"unix:{folder / name}.sock", "/health"),
        stop_seconds=1,
    )


def note(what: str) -> None:
    with (folder / "notes").open("a") as file:
        file.write(f"{what}\n")


def main() -> int:
    stages = [Stage(children=tuple(fake(word) for word in stage.split(","))) for stage in sys.argv[2:]]
    stages.insert(1, Stage(chores=(Chore.DATABASE,)))
    temporary = folder / "temporary"
    temporary.mkdir()
    mark = f"test-{os.getpid()}"
    runner = Runner(
        Plan(tuple(stages)),
        {Chore.DATABASE: lambda: note("migrated")},
        Output(sys.stdout, colour=False),
        mark=mark,
        cwd=folder,
        backoff=Backoff(first_seconds=0.05),
    )
    with Orphanage(mark, directories=(str(temporary),)):
        try:
            return asyncio.run(runner.run(lambda: note("everything is ready")))
        finally:
            temporary.rmdir()


sys.exit(main())
