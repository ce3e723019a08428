"""What the overview costs: as many questions for a crowded day as for a quiet one, and never more than twelve."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.core import clock
from apps.pools.models import Pool
from apps.sessions.lifecycle import EndReason, Outcome
from apps.sessions.models import BrowserSession
from apps.statistics.models import Progress
from apps.statistics.use import hour_of

pytestmark = [pytest.mark.django_db, pytest.mark.database]
REASONS = (EndReason.BROWSER_CRASHED, EndReason.NODE_LOST, EndReason.START_TIMEOUT, EndReason.OUT_OF_MEMORY)


@pytest.mark.parametrize("path", ["/", "/overview/parts/"])
def test_it_asks_at_most_twelve_questions(
    sign_in: Callable[[User], Client],
    ann: User,
    make_pool: Callable[..., Pool],
    actor_for: Callable[..., Actor],
    claimed_session: Callable[..., BrowserSession],
    ended_session: Callable[..., BrowserSession],
    path: str,
) -> None:
    for pool in (make_pool(ann, "one"), make_pool(ann, "two")):
        for reason in REASONS:
            session = claimed_session(ann, pool)
            ended_session(session, actor=actor_for(ann), reason=reason, outcome=Outcome.ERROR)
    Progress.objects.update_or_create(id=1, defaults={"until": hour_of(clock.now())})
    client = sign_in(ann)
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    assert answer.status_code == 200
    assert len([query for query in asked if "statement_timestamp" not in query["sql"]]) <= 12
