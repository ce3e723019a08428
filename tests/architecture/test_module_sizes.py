"""Files stay small and are named for what they hold."""

import ast

from tests.architecture.sources import ROOT, named, python_files, tree

LONGEST = 400
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "base", "shared", "stuff"}
ALLOWED = {"browsergrid/settings/base.py"}
CORE = {"models.py", "identifiers.py", "errors.py", "clock.py", "secrets.py", "apps.py", "__init__.py", "management"}


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in python_files(with_tests=True)}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_module_is_named_after_nothing() -> None:
    found = [
        named(path) for path in python_files(with_tests=True) if path.stem in FORBIDDEN or path.parent.name in FORBIDDEN
    ]
    assert set(found) - ALLOWED == set()


def test_core_is_a_closed_list() -> None:
    present = {path.name for path in (ROOT / "apps" / "core").iterdir() if path.name != "__pycache__"}
    assert present - CORE == set()


def test_every_module_says_what_lives_in_it() -> None:
    silent = [named(path) for path in python_files() if tree(path).body and ast.get_docstring(tree(path)) is None]
    assert silent == []


def test_no_error_is_swallowed_without_a_word() -> None:
    """`except Exception: pass` and its relatives; a narrow `except` may pass, with a reason beside it."""
    silent = [
        f"{named(path)}:{node.lineno}"
        for path in python_files(with_tests=True)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    assert silent == []
