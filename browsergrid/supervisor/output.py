"""The supervisor's output: each line with the name of the part that said it, coloured on a terminal."""

from typing import TextIO

OURS = "up"
_WIDTH = 8
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93)
_OUR_COLOUR = 1


class Output:
    def __init__(self, stream: TextIO, *, colour: bool) -> None:
        self._stream = stream
        self._colour = colour
        self._colours = {OURS: _OUR_COLOUR}

    def say(self, text: str) -> None:
        """The supervisor's own words, line by line."""
        for line in text.splitlines():
            self.line(OURS, line)

    def line(self, name: str, text: str) -> None:
        label = f"{name:<{_WIDTH}}|"
        if self._colour:
            colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
            label = f"\x1b[{colour}m{label}\x1b[0m"
        self.plain(f"{label} {text}")

    def plain(self, text: str) -> None:
        """A block without labels: for people to read and copy."""
        try:
            self._stream.write(f"{text}\n")
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            # Whoever read us is gone (`make up | head`); the product runs on.
            return
