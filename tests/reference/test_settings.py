import re
from dataclasses import fields
from pathlib import Path

from browsergrid.reference.settings import listed, page
from browsergrid.settings import env
from browsergrid.settings.grid import Grid, variable_of

READS = re.compile(r'env\.(?:text|flag|integer|number|words|secret)\(\s*"([A-Z_]+)"')


def test_every_variable_that_is_read_is_listed():
    names = {item.name for item in listed()}
    sources = [path for folder in ("apps", "browsergrid") for path in (Path(env.BASE_DIR) / folder).rglob("*.py")]
    read = {name for path in sources for name in READS.findall(path.read_text())}
    assert read - names == set()
    assert {variable_of(knob) for knob in fields(Grid)} <= names


def test_every_variable_of_the_node_is_listed():
    names = {item.name for item in listed()}
    source = (Path(env.BASE_DIR) / "browser_node" / "config.py").read_text()
    assert set(re.findall(r'environment(?:\.get\(|, )"([A-Z_]+)"', source)) - names == set()


def test_every_one_has_its_meaning_in_a_sentence():
    assert [item.name for item in listed() if not item.doc.endswith(".")] == []


def test_a_secret_shows_only_as_set(monkeypatch):
    monkeypatch.setenv("BROWSERGRID_SECRET_KEY", "hidden")
    monkeypatch.setenv("BROWSERGRID_PORT", "8001")
    shown = {item.name: item.shown_value for item in listed()}
    assert shown["BROWSERGRID_SECRET_KEY"] == "(set)"
    assert shown["BROWSERGRID_PORT"] == "8001"


def test_the_page_does_not_depend_on_the_environment(monkeypatch):
    before = page()
    monkeypatch.setenv("BROWSERGRID_PORT", "8001")
    assert page() == before
