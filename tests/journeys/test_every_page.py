"""What holds for every page: no wider than its window, nothing moves while it loads, little is fetched.

That the policy is not broken is seen by each of them: `windows.open_page` fails the test on a complaint.
"""

import pytest

from apps.dashboard.strips import MOST_CELLS
from tests.journeys.pages import Things, is_whole_page, paths
from tests.journeys.windows import PICTURES, SIZES, THEMES, Open, Shoot, is_too_wide, until_live
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.wide]
FIRST_VIEW_BYTES = 100_000
SHIFTS = """
window.shifted = [];
const box = ({ x, y, width, height }) => `${[x, y].map(Math.round)} ${[width, height].map(Math.round).join("×")}`;
const from = ({ node, previousRect, currentRect }) =>
  `${node?.nodeName}.${node?.className ?? ""} from ${box(previousRect)} to ${box(currentRect)}`;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => entry.hadRecentInput ||
  window.shifted.push(`${entry.value.toFixed(4)} ${entry.sources.map(from).join("; ")}`)
)).observe({ type: "layout-shift", buffered: true });
"""


def name_of(path: str) -> str:
    return "-".join("one" if "_" in word else word for word in path.strip("/").split("/")) or "overview"


@pytest.mark.parametrize("windows", [("phone",), ("desk", "wide", "huge")], ids=["phone", "desk"])
def test_every_page_fits_its_windows_and_nothing_moves_while_it_loads(
    windows: tuple[str, ...], running_product: Product, open_page: Open, shoot: Shoot, things: Things
) -> None:
    """One visit for both, for it is visits that take time. Pictures of so many only where somebody wants them."""
    page = open_page(running_product.admin_email, size=windows[0])
    page.add_init_script(SHIFTS)
    moved, wide = {}, []
    for path in [*paths(things), "/api/docs/"]:
        if not is_whole_page(page, path):
            continue
        if page.query_selector("bg-live"):
            until_live(page)
        page.evaluate("new Promise(requestAnimationFrame)")
        if shifted := page.evaluate("window.shifted"):
            moved[path] = shifted
        for size in windows:
            page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
            if is_too_wide(page, size):
                wide.append((path, size))
            for theme in THEMES if PICTURES else ():
                page.emulate_media(color_scheme=theme)
                shoot(page, f"{name_of(path)}-{size}-{theme}")
        page.set_viewport_size({"width": SIZES[windows[0]][0], "height": SIZES[windows[0]][1]})
    assert (moved, wide) == ({}, [])


def test_the_longest_strip_fits_a_phone(running_product: Product, open_page: Open, things: Things) -> None:
    page = open_page(running_product.admin_email, size="phone")
    page.goto("/pools/")
    page.evaluate(
        "most => { const strip = document.querySelector('main .strip');"
        "while (strip.children.length < most) strip.append(strip.lastElementChild.cloneNode(true)) }",
        MOST_CELLS,
    )
    assert not is_too_wide(page, "phone")


def test_what_a_page_fetches_at_first_is_small(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email)
    page.goto("/")
    until_live(page)
    sizes: dict[str, int] = page.evaluate(
        "Object.fromEntries(performance.getEntriesByType('resource')"
        ".filter((entry) => new URL(entry.name).pathname.startsWith('/static/dashboard/'))"
        ".map((entry) => [entry.name, entry.decodedBodySize]))"
    )
    assert 0 < sum(sizes.values()) <= FIRST_VIEW_BYTES


def test_a_page_outside_moves_nothing_and_fits(
    running_product: Product, open_page: Open, things: Things, shoot: Shoot
) -> None:
    for size in SIZES:
        page = open_page(size=size)
        page.add_init_script(SHIFTS)
        for path in paths(things, outside=True):
            if not is_whole_page(page, path):
                continue
            if PICTURES:
                shoot(page, f"{name_of(path)}-{size}")
            assert not is_too_wide(page, size), (size, path)
            assert page.evaluate("window.shifted") == [], (size, path)
