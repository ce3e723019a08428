"""A version that grows with every change, and waiting for it to grow."""

import asyncio


class Changes:
    """`touch` after a change; whoever waits is woken and looks for himself."""

    def __init__(self) -> None:
        self.version = 1
        self._is_over = False
        self._next: asyncio.Future[None] | None = None

    def touch(self) -> None:
        self.version += 1
        waiting, self._next = self._next, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def end(self) -> None:
        """The node is asked to end: nobody waits any more."""
        self._is_over = True
        self.touch()

    async def wait(self, seen: int, seconds: float) -> bool:
        """Until the version is another than `seen`; false when the time is over."""
        if self.version != seen or self._is_over:
            return True
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._next)
        except TimeoutError:
            return False
        return True
