"""Carries out a plan: up stage by stage, and down in reverse, on a signal or when a child cannot be kept running."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from browsergrid.supervisor.backoff import Backoff
from browsergrid.supervisor.kept import GaveUp, KeptChild, Mend
from browsergrid.supervisor.output import Output
from browsergrid.supervisor.plan import Child, Chore, Plan, Stage
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
        self._mark = mark
        self._cwd = cwd
        self._ask = ask
        self._backoff = backoff or Backoff()

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
            self._keeping[kept] = asyncio.create_task(kept.keep(), name=kept.child.name)
        for chore in stage.chores:
            await asyncio.to_thread(self._chores[chore])
        while slow := [kept for kept in started if not kept.ready.is_set()]:
            await self._wait_for(slow[0])

    async def _wait_for(self, kept: KeptChild) -> None:
        """Until it is ready. Raises what any child's keeping raised."""
        waiting = asyncio.create_task(kept.ready.wait())
        try:
            await asyncio.wait((waiting, *self._keeping.values()), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        for keeping in self._keeping.values():
            if keeping.done():
                keeping.result()

    def _make(self, child: Child) -> KeptChild:
        return KeptChild(
            child,
            mark=self._mark,
            cwd=self._cwd,
            output=self._output,
            ask=self._ask,
            backoff=self._backoff,
            mend=self._mends.get(child.name),
        )

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
