"""The tree of errors: a status and a code each, and nothing that tells what is hidden."""

import pytest

from apps.core import errors
from apps.core.errors import GridError, Invalid, NoCapacity, NotFound, Unauthenticated

ALL = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GridError)]


def test_each_has_a_status_of_its_own() -> None:
    statuses = {kind.__name__: kind.status for kind in ALL if kind is not GridError}
    assert statuses == {
        "Unauthenticated": 401, "NotAllowed": 403, "NotFound": 404, "Conflict": 409, "Ended": 410, "Invalid": 422,
        "TooMany": 429, "NoCapacity": 503,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ALL)
def test_each_has_a_title_and_words_for_a_person(kind: type[GridError]) -> None:
    error = kind() if kind in {NotFound, Unauthenticated} else kind("code", "Words.")
    assert kind.title
    assert error.detail.endswith(".")
    assert str(error) == error.detail


def test_wrong_fields_are_copied_so_that_nobody_changes_them_later() -> None:
    fields = {"name": "wrong"}
    error = Invalid("invalid", "name: wrong", fields=fields)
    fields.clear()
    assert error.fields == {"name": "wrong"}


def test_when_to_come_again_is_told_where_it_is_known() -> None:
    assert NoCapacity("full", "Full.", retry_after=5).retry_after == 5
    assert NoCapacity("full", "Full.").retry_after is None
