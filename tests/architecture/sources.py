"""The sources that the rules of the house are about."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("apps", "browsergrid", "browser_node", "splice")


@cache
def python_files(*, with_tests: bool = False) -> tuple[Path, ...]:
    """Written by people: no migrations."""
    folders = (*PACKAGES, "tests", "benchmarks") if with_tests else PACKAGES
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if not {"migrations", "__pycache__"} & set(path.parts)))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))
