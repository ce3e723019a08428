"""A pool as a strip of cells, one a slot. Pure but for the addresses that cells lead to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from django.urls import reverse

from apps.dashboard.spans import in_words
from apps.dashboard.states import words
from apps.sessions.lifecycle import SessionState

S = SessionState
MOST_CELLS = 60
ORDER = (
    S.RUNNING,
    S.CLAIMED,
    S.PAUSED,
    S.READY,
    S.STARTING,
    S.PENDING,
    S.STOPPING,
)  # in use first: they fill the strip


@dataclass(frozen=True)
class Browser:
    """What a cell tells of one session; without an id it is one that may be counted but not opened."""

    id: str
    state: str
    title: str
    owner: str
    since: datetime


@dataclass(frozen=True)
class Cell:
    key: str
    state: str  # a session state, or `empty`
    url: str = ""
    label: str = ""
    tip: str = ""
    notch: str = ""  # `min`: this cell is the last that min includes
    notch2: str = ""  # `max_concurrency`


@dataclass(frozen=True)
class Strip:
    cells: tuple[Cell, ...]
    counts: tuple[tuple[str, int], ...]  # state → how many, in the order of the strip
    min: int | None
    max: int | None
    max_concurrency: int | None

    @property
    def size(self) -> str:
        return "dense" if len(self.cells) > 24 else ""

    @property
    def sentence(self) -> str:
        """What a screen reader says of the whole strip."""
        said = ", ".join(f"{number} {words(state).word.lower()}" for state, number in self.counts) or "no browsers"
        return f"{said}, of at most {self.max}" if self.max else said


@dataclass(frozen=True)
class Size:
    min: int
    max: int
    max_concurrency: int


def strip(browsers: Iterable[Browser], now: datetime, size: Size | None = None) -> Strip:
    """`size` None: somebody else's pool, of which only one's own cells are shown."""
    ordered = sorted(browsers, key=lambda browser: (ORDER.index(S(browser.state)), browser.id))
    cells = [_cell(browser, now, n) for n, browser in enumerate(ordered)]
    if size is not None:
        cells += [Cell(key=f"empty-{n}", state="empty") for n in range(len(cells), size.max)]
        cells = _grouped(cells)
        share = max(1, ceil(max(size.max, len(ordered)) / MOST_CELLS))
        cells = _notched(cells, ceil(size.min / share), ceil(size.max_concurrency / share))
    counted = Counter(browser.state for browser in ordered)
    return Strip(
        cells=tuple(cells),
        counts=tuple((state.value, counted[state]) for state in ORDER if counted[state]),
        min=size.min if size else None,
        max=size.max if size else None,
        max_concurrency=size.max_concurrency if size else None,
    )


def _cell(browser: Browser, now: datetime, place: int) -> Cell:
    word = words(browser.state).word
    if not browser.id:
        said = f"{word}: {words(browser.state).meaning}"
        return Cell(
            key=f"{browser.state}-{place}",
            state=browser.state,
            label=said,
            tip=f"{word}\n{words(browser.state).meaning}",
        )
    span = in_words((now - browser.since).total_seconds())
    whose = f"\n{browser.owner}" if browser.owner else ""
    return Cell(
        key=browser.id,
        state=browser.state,
        url=reverse("dashboard:sessions-one", args=[browser.id]),
        label=f"{word}: {browser.title}",
        tip=f"{word} for {span}\n{browser.title}{whose}",
    )


def _grouped(cells: Sequence[Cell]) -> list[Cell]:
    """Beyond 60 each cell stands for several slots and shows the first of them that is alive."""
    share = max(1, ceil(len(cells) / MOST_CELLS))
    if share == 1:
        return list(cells)
    groups = []
    for start in range(0, len(cells), share):
        some = cells[start : start + share]
        counted = Counter(words(cell.state).word.lower() for cell in some if cell.state != "empty")
        said = ", ".join(f"{number} {word}" for word, number in counted.items())
        first = some[0]
        groups.append(replace(first, key=f"group-{start}", url="", label=said, tip=said))
    return groups


def _notched(cells: list[Cell], minimum: int, concurrency: int) -> list[Cell]:
    if 0 < minimum <= len(cells):
        cells[minimum - 1] = replace(cells[minimum - 1], notch="min")
    if 0 < concurrency <= len(cells):
        cells[concurrency - 1] = replace(cells[concurrency - 1], notch2="max_concurrency")
    return cells
