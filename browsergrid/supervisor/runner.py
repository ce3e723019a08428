"""Carries out a plan: up stage by stage, and down in reverse, on a signal or when a child cannot be kept running."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from browsergrid.supervisor.backoff import Backoff
from browsergrid.supervisor.kept import GaveUp, KeptChild, Mend
from browsergrid.supervisor.output import Output
from browsergrid.supervisor.plan import Chore, Plan, Stage
from browsergrid.supervisor.readiness import Ask, ask

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Runner:
    def __init__(
        self,
        plan: Plan,
        chores: Mapping[Chore, Callable[[], None]],
        output: Output,
        *,
        mark: str,
        cwd: Path,
        mends: Mapping[str, Mend] | None = None,
        ask: Ask = ask,
        backoff: Backoff | None = None,
    ) -> None:
        self._plan = plan
        self._chores = chores
        self._output = output
        self._mends = mends or {}
        self._stop_asked = asyncio.Event()
        self._keeping: dict[KeptChild, asyncio.Task[None]] = {}
        self._make = lambda child: KeptChild(
            child, mark=mark, cwd=cwd, output=output, ask=ask, backoff=backoff or Backoff()
        )

    async def run(self, when_ready: Callable[[], None]) -> int:
        """The exit code. Returns when everything has ended."""
        self._listen_to_signals()
        running = asyncio.create_task(self._up(when_ready))
        stopping = asyncio.create_task(self._stop_asked.wait())
        try:
            await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                return 0
            running.result()
        except GaveUp as reason:
            self._output.say(f"{reason}. Ending everything; `manage.py doctor` may know more.")
            return 1
        finally:
            running.cancel()
            stopping.cancel()
            await asyncio.wait((running,))
            await self._down()
        return 1

    async def _up(self, when_ready: Callable[[], None]) -> None:
        for stage in self._plan.stages:
            await self._start(stage)
        when_ready()
        await asyncio.gather(*self._keeping.values())  # ends only by GaveUp

    async def _start(self, stage: Stage) -> None:
        started = [self._make(child) for child in stage.children]
        for kept in started:
            kept.mend = self._mends.get(kept.child.name)
            self._keeping[kept] = asyncio.create_task(kept.keep(), name=kept.child.name)
        waiting = [asyncio.create_task(kept.ready.wait()) for kept in started]
        try:
            for chore in stage.chores:
                await asyncio.to_thread(self._chores[chore])
            everything = asyncio.ensure_future(asyncio.gather(*waiting))
            await asyncio.wait((everything, *self._keeping.values()), return_when=asyncio.FIRST_COMPLETED)
            for task in self._keeping.values():
                if task.done():
                    task.result()
        finally:
            for task in waiting:
                task.cancel()

    async def _down(self) -> None:
        """In reverse order, those of one stage at once. A second signal kills what is left."""
        if self._keeping:
            self._output.say("ending everything; press Ctrl-C again to kill")
        by_name = {kept.child.name: kept for kept in self._keeping}
        self._stop_asked.clear()
        killing = asyncio.create_task(self._kill_when_asked_again())
        for stage in reversed(self._plan.stages):
            there = [by_name[child.name] for child in stage.children if child.name in by_name]
            await asyncio.gather(*(kept.stop() for kept in there))
        killing.cancel()
        for task in self._keeping.values():
            task.cancel()
        await asyncio.gather(*self._keeping.values(), return_exceptions=True)

    async def _kill_when_asked_again(self) -> None:
        await self._stop_asked.wait()
        for kept in self._keeping:
            kept.kill()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name in _SIGNALS:
            loop.add_signal_handler(name, self._stop_asked.set)
