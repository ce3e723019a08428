"""Tests are shared out by file, journeys by folder and first."""

import pytest

from tests.support.scheduling import begins_late, scope_of


@pytest.mark.parametrize(
    ("one", "other", "are_together"),
    [
        ("tests/pools/test_models.py::test_a", "tests/pools/test_models.py::TestB::test_c[x::y]", True),
        ("tests/pools/test_models.py::test_a", "tests/pools/test_services.py::test_a", False),
        ("tests/journeys/test_rules.py::test_a", "tests/journeys/test_shell.py::test_b", True),
        ("tests/journeys/test_rules.py::test_a", "tests/journeys/drills/test_secrets.py::test_b", False),
        ("tests/journeys/test_rules.py::test_a", "tests/long/test_restarts.py::test_a", False),
    ],
)
def test_those_of_a_file_are_together_and_so_are_the_journeys_of_a_folder(
    one: str, other: str, are_together: bool
) -> None:
    assert (scope_of(one) == scope_of(other)) is are_together


def test_journeys_begin_first() -> None:
    tests = ["tests/api/test_a.py::test_a", "tests/journeys/test_b.py::test_b", "tests/pools/test_c.py::test_c"]
    assert sorted(tests, key=begins_late) == [tests[1], tests[0], tests[2]]
