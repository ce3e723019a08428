"""What a page loads: small, our own, and nothing inline."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from apps.dashboard.styles import NEEDS

ROOT = Path(__file__).resolve().parents[2]
EMAILS = ROOT / "templates" / "emails"  # a mail reader has no policy, and fetches no style sheets
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if EMAILS not in path.parents)
STATIC = ROOT / "static" / "dashboard"
FIRST_VIEW_BYTES = 100_000
LATER_ON_THE_OVERVIEW = ("chart.js", "connect.js")


class Inline(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.found += [f"{tag} {name}" for name in names if name == "style" or re.match(r"on[a-z]+$", name)]
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/json"):
            self.found.append(tag)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    parser = Inline()
    parser.feed(path.read_text())
    assert parser.found == []


def test_the_first_view_stays_under_100_kilobytes_of_our_own() -> None:
    styles = re.search(r'in "([a-z ]+)"\|split', (ROOT / "templates/dashboard/_styles.html").read_text())
    assert styles is not None
    sheets = [STATIC / "css" / f"{name}.css" for name in (*styles[1].split(), *NEEDS["overview"])]
    scripts = [STATIC / "js" / name for name in ("app.js", *LATER_ON_THE_OVERVIEW)]
    first_view = {*sheets, *(path for script in scripts for path in imported(script))}
    assert sum(path.stat().st_size for path in first_view) <= FIRST_VIEW_BYTES


def imported(module: Path) -> set[Path]:
    """A script and all that it brings along at once; what it fetches when it is wanted comes later."""
    found, waiting = set(), [module]
    while waiting:
        path = waiting.pop()
        found.add(path)
        named = {path.parent / name for name in re.findall(r'^import .*?"(\./[^"]+)"', path.read_text(), re.MULTILINE)}
        waiting += [other.resolve() for other in named if other.resolve() not in found]
    return found


def test_nothing_of_ours_that_is_fetched_later_is_large() -> None:
    for path in STATIC.rglob("*.js"):
        assert path.stat().st_size <= 20_000, path.name


def test_styles_stand_in_layers_and_shout_nowhere() -> None:
    for path in (STATIC / "css").glob("*.css"):
        text = path.read_text()
        assert "!important" not in text
        assert path.name == "admin.css" or "@layer" in text


def test_colours_are_decided_in_one_place() -> None:
    for path in (STATIC / "css").glob("*.css"):
        if path.name in {"tokens.css", "admin.css"}:
            continue
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(", path.read_text()) in ([], ["#000"], ["#fff"]), path.name


def test_no_file_grows_beyond_400_lines() -> None:
    for path in [*STATIC.rglob("*.css"), *STATIC.rglob("*.js"), *TEMPLATES]:
        assert len(path.read_text().splitlines()) <= 400, path


def test_every_icon_that_a_template_names_is_drawn() -> None:
    symbols = (ROOT / "templates/dashboard/_symbols.html").read_text()
    drawn = set(re.findall(r'id="i-([a-z]+)"', symbols))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([a-z]+)"', path.read_text())}
    assert named <= drawn
