"""Through the whole product, gateway and node, with real Chromium and Playwright; beside bare Chromium in turns.

What is compared: `page.evaluate`, and a screenshot of a page of noise (about 5 MB). What is reported: a warm claim,
connecting until `pages[0]` answers, and opens a second on one session.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserType, ViewportSize, sync_playwright

from benchmarks.candidates import Candidate
from benchmarks.chromium import running_chromium
from benchmarks.grid import Grid, running_grid
from benchmarks.programs import compile_wsbench
from benchmarks.report import Bar, Report, Table
from benchmarks.splice import Load

DIRECT, PRODUCT = "bare Chromium", "BrowserGrid"

EVALUATE = "page.evaluate p50 ms"
SCREENSHOT = "screenshot p50 ms"
SIZE = "screenshot MB"
CONNECT = "connect to pages[0] p50 ms"

BLOCKS = 15  # of each, in turns: whatever else the machine does then hits both alike
EVALUATIONS = 20  # in a block
SCREENSHOTS = 5  # in turns, too
CLAIMS = 20
OPEN_LOOPS = 4
OPEN_SECONDS = 2.0
REFILL_SECONDS = 4.0  # for the pool to have a warm browser again

VIEWPORT: ViewportSize = {"width": 1600, "height": 1200}

# Every pixel differs from its neighbours, so that neither PNG nor deflate can shrink it.
NOISE = """() => {
  document.body.style.margin = 0;
  const canvas = document.body.appendChild(document.createElement("canvas"));
  [canvas.width, canvas.height, canvas.style.display] = [1600, 1200, "block"];
  const context = canvas.getContext("2d"), image = context.createImageData(1600, 1200);
  let state = 12345;
  for (let i = 0; i < image.data.length; i++) {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    image.data[i] = i % 4 === 3 ? 255 : state & 255;
  }
  context.putImageData(image, 0, 0);
}"""


def measure(rounds: int) -> Report:
    """About half a minute a round, and a start of the product."""
    figures: dict[str, dict[str, list[float]]] = {DIRECT: {}, PRODUCT: {}}
    with running_grid() as grid, running_chromium() as chromium:
        with sync_playwright() as playwright:
            for number in range(rounds):
                print(f"round {number + 1} of {rounds}", flush=True)
                parties = [
                    Party(name, playwright.chromium, address)
                    for name, address in ((DIRECT, chromium), (PRODUCT, grid.connect_url))
                ]
                for name, values in one_round(parties).items():
                    for column, value in values.items():
                        figures[name].setdefault(column, []).append(value)
                for party in parties:
                    party.browser.close()
                time.sleep(REFILL_SECONDS)
        claims, warm = claim_times(grid)
        opens, refused = opens_per_second(grid)
    rows = {
        name: {column: statistics.median(values) for column, values in columns.items()}
        for name, columns in figures.items()
    }

    def ratio(column: str) -> float:
        return rows[PRODUCT][column] / rows[DIRECT][column]

    bars = [
        Bar("page.evaluate, product : bare Chromium", ratio(EVALUATE), at_most=1.35),
        Bar("screenshot, product : bare Chromium", ratio(SCREENSHOT), at_most=0.75),
        Bar("warm claim p50 ms", statistics.median(claims), at_most=20),
        Bar("connect to usable pages[0], p50 ms", rows[PRODUCT][CONNECT]),
        Bar("opens/s on one session", opens),
    ]
    facts = {"rounds": rounds, "warm claims": f"{warm} of {CLAIMS}", "refused opens": refused}
    return Report("product", [Table("Through gateway and node", rows, DIRECT)], bars, facts)


class Party:
    """One of the two, connected and with a page to use."""

    def __init__(self, name: str, chromium: BrowserType, address: str) -> None:
        began = time.perf_counter()
        self.name = name
        self.browser = chromium.connect_over_cdp(address)
        context = self.browser.contexts[0]
        self.page = context.pages[0] if context.pages else context.new_page()
        self.page.evaluate("1")
        self.connect_ms = (time.perf_counter() - began) * 1000
        self.evaluations: list[float] = []
        self.screenshots: list[float] = []
        self.sizes: list[int] = []

    def prepare(self) -> None:
        """The same page and viewport on both sides; what does not count is done once."""
        self.page.set_viewport_size(VIEWPORT)
        self.page.goto("about:blank")
        self.page.evaluate(NOISE)
        self.page.screenshot(timeout=30_000)

    def evaluate(self) -> None:
        self.evaluations += milliseconds(EVALUATIONS, lambda: self.page.evaluate("1 + 1"))

    def screenshot(self) -> None:
        self.screenshots += milliseconds(1, lambda: self.sizes.append(len(self.page.screenshot(timeout=30_000))))

    @property
    def figures(self) -> dict[str, float]:
        return {
            EVALUATE: statistics.median(self.evaluations),
            SCREENSHOT: statistics.median(self.screenshots),
            SIZE: statistics.median(self.sizes) / 1e6,
            CONNECT: self.connect_ms,
        }


def one_round(parties: list[Party]) -> dict[str, dict[str, float]]:
    """Every column once for each."""
    for party in parties:
        party.prepare()
    for _ in range(BLOCKS):
        for party in parties:
            party.evaluate()
    for _ in range(SCREENSHOTS):
        for party in parties:
            party.screenshot()
    return {party.name: party.figures for party in parties}


def milliseconds(count: int, do: Callable[[], object]) -> list[float]:
    """How long each of `count` calls took."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        do()
        times.append((time.perf_counter() - began) * 1000)
    return times


def claim_times(grid: Grid) -> tuple[list[float], int]:
    """Milliseconds of claims that found a warm browser (all of them, where none did), and how many did."""
    warm: list[float] = []
    cold: list[float] = []
    with grid.client() as api:
        for _ in range(CLAIMS):
            session, elapsed, is_warm = grid.claim(api)
            (warm if is_warm else cold).append(elapsed)
            grid.release(api, session["id"])
            time.sleep(REFILL_SECONDS)
    return warm or cold, len(warm)


def opens_per_second(grid: Grid) -> tuple[float, int]:
    """Upgrade after upgrade on one session, authorised, recorded and joined each time."""
    with grid.client() as api, tempfile.TemporaryDirectory(prefix="browsergrid-bench-") as folder:
        session, _, _ = grid.claim(api, keep_alive=True)
        address = urlsplit(session["connect_url"])
        path = f"{address.path}?{address.query}"
        programs = compile_wsbench(Path(folder))
        load = Load(programs / "load", None, Candidate(PRODUCT, grid.port), OPEN_SECONDS, path)
        found = load.run("open", OPEN_LOOPS, 0)
        grid.release(api, session["id"])
    return found["per_second"], int(found["errors"])
