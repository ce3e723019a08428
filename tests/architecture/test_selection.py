"""What `-m` chooses is told from a file's text, so that files without such tests need not be imported."""

import pytest

from tests.support.selection import holds_any

BROWSER = "browser and not alone and not wide"
BOTH = "(database or concurrency) and not browser"


@pytest.mark.parametrize(
    ("source", "wanted", "is_held"),
    [
        ("pytestmark = pytest.mark.browser", BROWSER, True),
        ("pytestmark = [pytest.mark.browser, pytest.mark.alone]", BROWSER, True),  # another test may lack the second
        ("pytestmark = pytest.mark.database", BROWSER, False),
        ("@pytest.mark.concurrency", BOTH, True),
        ("@pytest.mark.browsers", BROWSER, False),
        ("", BOTH, False),
        ("", "not browser", True),
        ("pytestmark = pytest.mark.browser", "not browser", True),
    ],
)
def test_a_file_is_left_out_only_if_no_test_of_it_can_be_meant(source: str, wanted: str, is_held: bool) -> None:
    assert holds_any(source, wanted) is is_held
