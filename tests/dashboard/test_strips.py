"""The strip: cells, notches, groups, and what is somebody else's."""

from datetime import UTC, datetime, timedelta

from apps.core.identifiers import encode, uuid7
from apps.dashboard.strips import MOST_CELLS, Browser, Size, strip

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def browser(state: str) -> Browser:
    return Browser(encode("ses", uuid7()), state, "checkout flow", "ann@example.com", NOW - timedelta(seconds=75))


def test_slots_up_to_max_are_drawn_and_those_in_use_come_first() -> None:
    drawn = strip(
        [browser("ready"), browser("running"), browser("claimed")], NOW, Size(min=2, max=5, max_concurrency=4)
    )
    assert [cell.state for cell in drawn.cells] == ["running", "claimed", "ready", "empty", "empty"]


def test_the_notches_stand_after_min_and_max_concurrency() -> None:
    drawn = strip([], NOW, Size(min=2, max=5, max_concurrency=4))
    assert [cell.key for cell in drawn.cells if cell.notch] == ["empty-1"]
    assert [cell.key for cell in drawn.cells if cell.notch2] == ["empty-3"]


def test_a_pool_one_does_not_see_shows_ones_own_cells_alone() -> None:
    drawn = strip([browser("running")], NOW)
    assert [cell.state for cell in drawn.cells] == ["running"]
    assert (drawn.min, drawn.max, drawn.max_concurrency) == (None, None, None)


def test_beyond_sixty_a_cell_stands_for_several_slots() -> None:
    drawn = strip([browser("running") for _ in range(130)], NOW, Size(min=10, max=200, max_concurrency=150))
    assert len(drawn.cells) <= MOST_CELLS
    assert drawn.cells[0].tip == "4 running"
    assert drawn.counts == (("running", 130),)


def test_a_cell_tells_its_session_and_leads_to_it() -> None:
    one = browser("claimed")
    cell = strip([one], NOW, Size(1, 1, 1)).cells[0]
    assert cell.url == f"/sessions/{one.id}/"
    assert cell.tip == "Claimed for 1 minute 15 seconds\ncheckout flow\nann@example.com"


def test_the_strip_has_a_sentence_for_those_who_do_not_see_it() -> None:
    drawn = strip([browser("ready"), browser("running"), browser("running")], NOW, Size(2, 5, 4))
    assert drawn.sentence == "2 running, 1 ready, of at most 5"
    assert strip([], NOW).sentence == "no browsers"
