"""Two hundred rounds of killing node and watcher at any moment: no row twice, nothing left behind."""

from pathlib import Path

import pytest

from tests.reconciler.installation import Installation, restart_again_and_again

ROUNDS = 200


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True)
def test_two_hundred_rounds_of_kills_leave_one_row_of_each(tmp_path: Path) -> None:
    with Installation(tmp_path) as installation:
        restart_again_and_again(installation, rounds=ROUNDS, seed=200)
