"""The hops off the event loop: who waits for a node does not keep others from the database."""

import asyncio
import threading

import pytest

from apps.gateway.database import in_database, in_database_and_node

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


async def test_a_node_that_does_not_answer_holds_up_nobody_who_asks_the_database_alone() -> None:
    answers = threading.Event()
    waiting = [asyncio.ensure_future(in_database_and_node(answers.wait, 30)) for _ in range(50)]
    try:
        assert await asyncio.wait_for(in_database(int, "7"), 5) == 7
        assert not any(task.done() for task in waiting)
    finally:
        answers.set()
    assert all(await asyncio.gather(*waiting))
