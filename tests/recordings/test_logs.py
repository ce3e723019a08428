"""Logs in order of time, from any place on, narrowed; nothing is missed and nothing told twice."""

import pytest

from apps.core.errors import Invalid
from apps.recordings.collecting import collect
from apps.recordings.kinds import Stream
from apps.recordings.logs import BEGINNING, SHOWN, Read, end_of, every, place_of, read
from apps.sessions.models import BrowserSession
from tests.factories.people import make_user
from tests.factories.sessions import make_claimed_session
from tests.recordings.stub import StubNode, on_a_node

pytestmark = [pytest.mark.django_db, pytest.mark.database]
T = 1_700_000_000_000


@pytest.fixture
def session(node: StubNode) -> BrowserSession:
    """Lines 0 to 29, console and network by turns, in pieces of five; then one late line in each."""
    session = on_a_node(make_claimed_session(make_user(), keep_alive=True))
    for number in range(30):
        stream = "console" if number % 2 else "network"
        node.write(session, stream, {"t": T + number * 10, "text": f"line {number}"})
        if number % 10 == 9:
            collect(session, flush=True)
    return session


def texts(found: Read) -> list[int]:
    return [int(line.data["text"].split()[1]) for line in found.lines]


def test_they_come_in_order_of_time_whatever_the_stream(session: BrowserSession):
    assert texts(read(session, SHOWN, BEGINNING)) == list(range(30))


@pytest.mark.parametrize("size", [1, 3, 7, 30])
def test_read_in_parts_they_are_the_same(session: BrowserSession, size: int):
    seen, place, is_end = [], BEGINNING, False
    while not is_end:
        found = read(session, SHOWN, place_of(str(place)), limit=size)
        seen += texts(found)
        place, is_end = found.place, found.is_end
    assert seen == list(range(30))


def test_many_pieces_are_read_a_few_at_a_time(session: BrowserSession, monkeypatch):
    monkeypatch.setattr("apps.recordings.logs.BATCH", 1)
    assert texts(read(session, SHOWN, BEGINNING)) == list(range(30))


def test_however_many_streams_one_question_finds_where_they_begin(session: BrowserSession, django_assert_num_queries):
    with django_assert_num_queries(1):
        place = end_of(session, SHOWN, least=3)
    with django_assert_num_queries(1):
        read(session, SHOWN, place)


def test_each_line_tells_from_where_to_read_on(session: BrowserSession):
    line = read(session, SHOWN, BEGINNING, limit=12).lines[-1]
    assert texts(read(session, SHOWN, line.after, limit=3)) == [12, 13, 14]


def test_what_comes_later_is_told_to_whoever_had_read_to_the_end(session: BrowserSession, node: StubNode):
    place = read(session, SHOWN, BEGINNING).place
    node.write(session, "network", {"t": T + 5, "text": "line 30"})  # told late: it took its time
    collect(session, flush=True)
    assert texts(read(session, SHOWN, place)) == [30]


def test_they_are_narrowed_by_stream_and_text(session: BrowserSession):
    assert texts(read(session, [Stream.CONSOLE], BEGINNING, text="LINE 2")) == [21, 23, 25, 27, 29]
    assert texts(read(session, SHOWN, BEGINNING, text="nothing")) == []


def test_a_rare_word_is_looked_for_in_several_answers(session: BrowserSession, monkeypatch):
    monkeypatch.setattr("apps.recordings.logs.SCAN", 10)
    found = read(session, SHOWN, BEGINNING, text="line 29")
    assert (texts(found), found.is_end) == ([], False)
    answers = 1
    while not found.is_end:
        found, answers = read(session, SHOWN, found.place, text="line 29"), answers + 1
    assert (texts(found), answers) == ([29], 3)


def test_the_end_is_found_without_reading_the_beginning(session: BrowserSession):
    place = end_of(session, SHOWN, least=3)
    assert texts(read(session, SHOWN, place))[-3:] == [27, 28, 29]
    assert len(texts(read(session, SHOWN, place))) < 12


def test_another_incarnation_follows_the_first(session: BrowserSession, node: StubNode):
    BrowserSession.objects.filter(pk=session.pk).update(incarnation=2)
    session.refresh_from_db()
    node.write(session, "console", {"t": T + 1000, "text": "line 31"})
    collect(session, flush=True)
    assert [line.data["text"] for line in every(session, [Stream.CONSOLE])][-1] == "line 31"


@pytest.mark.parametrize("word", ["x", "e30x", "W10", "eyJhIjpbMSwyLDNdfQ", "eyJjb25zb2xlIjpbMSwyXX0", "ä", "x" * 3000])
def test_a_place_that_is_none_of_ours_is_refused(word: str):
    with pytest.raises(Invalid):
        place_of(word)
