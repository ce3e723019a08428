"""Faces ask services, queries and lookup; they touch no manager themselves. Time has one source."""

import ast
import re

import pytest

from tests.architecture.sources import ROOT, named, python_files, tree

FACES = ("api", "dashboard", "gateway")
CLOCKED = (
    "core",
    "access",
    "accounts",
    "events",
    "nodes",
    "tokens",
    "pools",
    "audit",
    "quotas",
    "statistics",
    "sessions",
    "reconciler",
    "tasks",
)  # where deadlines are made
MANAGERS = {"objects", "current", "_default_manager", "_base_manager"}


def _attributes(folder: str) -> list[tuple[str, ast.Attribute]]:
    files = [path for path in python_files() if path.is_relative_to(ROOT / "apps" / folder)]
    return [
        (f"{named(path)}:{node.lineno}", node)
        for path in files
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
    ]


@pytest.mark.parametrize("face", FACES)
def test_a_face_touches_no_manager(face: str) -> None:
    assert [place for place, node in _attributes(face) if node.attr in MANAGERS] == []


@pytest.mark.parametrize("app", CLOCKED)
def test_only_the_one_clock_is_asked_for_the_time(app: str) -> None:
    asked = [
        place
        for place, node in _attributes(app)
        if isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("datetime", "now"), ("datetime", "utcnow"), ("timezone", "now"), ("date", "today")}
    ]
    assert [place for place in asked if not place.startswith("apps/core/clock.py")] == []


def test_nothing_but_settings_reads_the_environment() -> None:
    reads = [
        f"{named(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and named(path).startswith("apps/")
    ]
    assert reads == []


OTHER_STATES = r"(Claim\.State|RecordingState)\."  # of what is no session


def test_a_state_is_written_by_advance_alone() -> None:
    """No `.update(state=…)` of a session, and no `.state = …`, anywhere else in the apps."""
    writers = set()
    for path in python_files():
        if not named(path).startswith("apps/"):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
                writers.add(named(path))
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"update", "create"}:
                for word in node.keywords:
                    if word.arg == "state" and not re.match(OTHER_STATES, ast.unparse(word.value)):
                        writers.add(named(path))
    assert writers <= {"apps/sessions/advance.py"}
