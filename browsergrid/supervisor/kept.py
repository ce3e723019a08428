"""One child, kept running: started, asked until it is ready, started again with growing pauses, given up, or ended."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from browsergrid.supervisor.backoff import Backoff, GiveUp
from browsergrid.supervisor.output import Output
from browsergrid.supervisor.plan import Child
from browsergrid.supervisor.readiness import Ask
from browsergrid.supervisor.spawn import Run

_ASK_EVERY_SECONDS = 0.1

Mend = Callable[[Run], str]  # something to put right before the next start; what was done, in words, or nothing


class GaveUp(Exception):
    """A child cannot be kept running; says which and why."""


class KeptChild:
    def __init__(
        self,
        child: Child,
        *,
        mark: str,
        cwd: Path,
        output: Output,
        ask: Ask,
        backoff: Backoff,
        mend: Mend | None = None,
    ) -> None:
        self.child = child
        self.ready = asyncio.Event()
        self.restarts = 0
        self._was_ready = False
        self._mark = mark
        self._mend = mend
        self._cwd = cwd
        self._output = output
        self._ask = ask
        self._backoff = backoff
        self._stopping = asyncio.Event()
        self._run: Run | None = None

    @property
    def pid(self) -> int | None:
        return self._run.pid if self._run and not self._run.ended.is_set() else None

    async def keep(self) -> None:
        """Runs until `stop`. Raises GaveUp."""
        failures = 0
        while not self._stopping.is_set():
            run = self._start()
            asking = asyncio.create_task(self._become_ready(run))
            await run.ended.wait()
            asking.cancel()
            self.ready.clear()
            await run.clear()
            if self._stopping.is_set():
                return
            verdict = self._backoff.after(failures, run.seconds, was_ready=self._was_ready)
            if isinstance(verdict, GiveUp):
                raise GaveUp(f"{self.child.name} ended {verdict.failures} times in a row ({describe(run.code)})")
            failures = verdict.failures
            mended = self._mend(run) if self._mend else ""
            then = f"{mended or 'starting it'} again in {verdict.after_seconds:g} s"
            self._output.say(f"{self.child.name} {describe(run.code)}; {then}")
            self.restarts += 1
            await asyncio.sleep(verdict.after_seconds)

    async def stop(self) -> None:
        """Ask it to end, wait, kill; and all that it started."""
        self._stopping.set()
        run = self._run
        if run is None:
            return
        run.ask_to_end()
        try:
            async with asyncio.timeout(self.child.stop_seconds):
                await run.ended.wait()
        except TimeoutError:
            self._output.say(f"{self.child.name} did not end within {self.child.stop_seconds:g} s; killing it")
        await run.clear()
        await run.ended.wait()

    def kill(self) -> None:
        self._stopping.set()
        if self._run:
            self._run.kill()

    def _start(self) -> Run:
        self._run = Run.start(self.child, mark=self._mark, cwd=self._cwd, say=self._say)
        return self._run

    def _say(self, text: str) -> None:
        self._output.line(self.child.name, text)

    async def _become_ready(self, run: Run) -> None:
        """A child that answers too late is ended, and so counts as a failure."""
        answer = "no answer" if self.child.probe else ""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.child.ready_seconds):
                while self.child.probe and (answer := await self._ask(self.child.probe)):  # noqa: ASYNC110
                    await asyncio.sleep(_ASK_EVERY_SECONDS)
        if not answer:
            # Without a probe nothing was shown: only staying alive will count.
            self._was_ready = self._was_ready or self.child.probe is not None
            self.ready.set()
            return
        self._output.say(f"{self.child.name} is not ready after {self.child.ready_seconds:g} s: {answer}")
        run.ask_to_end()
        await asyncio.sleep(self.child.stop_seconds)
        run.kill()


def describe(code: int | None) -> str:
    if code is None:
        return "is running"
    return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
