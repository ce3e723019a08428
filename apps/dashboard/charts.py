"""Charts as the server draws them: paths, labels, and the table that stands behind each. Pure.

The plot is a box of WIDTH by HEIGHT that the page stretches to its own width; what must not be stretched (labels, the
cursor) is placed by percentages.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 84.0
GAP = 0.22  # of a bar's place
LEAST = 1.5  # of a bar's height


@dataclass(frozen=True)
class Point:
    """`label` names it in the table and on hover; `said` is its exact value in words."""

    label: str
    value: float
    said: str


@dataclass(frozen=True)
class Row:
    label: str
    said: str
    at: str  # the middle of its place, in % of the width
    height: str  # of its value, in % of the plot


@dataclass(frozen=True)
class Chart:
    name: str
    title: str
    now: str  # what stands beside the title until one points at something
    points: tuple[Point, ...]
    column: str = "Hour"
    begin: str = ""  # what stands below the left end, and the right one
    end: str = "now"

    @property
    def is_flat(self) -> bool:
        return not any(point.value for point in self.points)

    @property
    def top(self) -> float:
        return max((point.value for point in self.points), default=0.0) or 1.0

    @property
    def path(self) -> str:
        """A bar each, none where there is nothing; what is small is still seen."""
        step = WIDTH / max(len(self.points), 1)
        wide, left = step * (1 - GAP), step * GAP / 2
        heights = (HEIGHT * point.value / self.top for point in self.points)
        return "".join(
            f"M{n * step + left:.1f} {HEIGHT:g}v-{max(height, LEAST):.1f}h{wide:.1f}V{HEIGHT:g}z"
            for n, height in enumerate(heights)
            if height
        )

    @property
    def rows(self) -> tuple[Row, ...]:
        number = len(self.points)
        return tuple(
            Row(point.label, point.said, f"{(n + 0.5) * 100 / number:.2f}", f"{100 * point.value / self.top:.1f}")
            for n, point in enumerate(self.points)
        )

    @property
    def peak(self) -> Row | None:
        """The highest point, the last of several: it bears its value in the plot."""
        if self.is_flat:
            return None
        best = max(range(len(self.points)), key=lambda n: (self.points[n].value, n))
        return self.rows[best]

    @property
    def peak_anchor(self) -> str:
        """So that its label stays within the plot."""
        at = float(self.peak.at) if self.peak else 50.0
        return "start" if at < 12 else "end" if at > 88 else "middle"


def spark(values: Sequence[float], width: float, height: float) -> str:
    """A small line without axes or labels, highest at the top."""
    if len(values) < 2:
        return ""
    top = max(values) or 1.0
    step = width / (len(values) - 1)
    places = (f"{n * step:.1f} {height - 1 - (height - 4) * value / top:.1f}" for n, value in enumerate(values))
    return "M" + "L".join(places)


def points(entries: Sequence[tuple[str, float]], say: Callable[[float], str]) -> tuple[Point, ...]:
    return tuple(Point(label, value, say(value)) for label, value in entries)
