"""What a page loads: small, our own, and nothing inline."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = ROOT / "static" / "dashboard"
FIRST_VIEW_BYTES = 100_000


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
    own = [path for path in STATIC.rglob("*") if path.suffix in {".css", ".js"} and path.name != "admin.css"]
    assert sum(path.stat().st_size for path in own) <= FIRST_VIEW_BYTES


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
