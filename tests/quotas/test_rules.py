"""Which limit governs whom."""

from uuid import uuid4

from apps.quotas.rules import Limit, Measure, TeamBound, bounds

S, M = Measure.SESSIONS, Measure.MINUTES


def team(name: str, **limits: int) -> TeamBound:
    return TeamBound(name, frozenset({uuid4()}), {Measure(measure): value for measure, value in limits.items()})


def test_without_a_word_there_is_no_limit() -> None:
    assert bounds({}, [], {}).own == {}


def test_a_person_s_own_word_wins() -> None:
    known = bounds({S: 3}, [team("a", sessions=9)], {S: 1})
    assert known.own[S] == Limit(3, "set for you")


def test_the_largest_of_the_teams_comes_next() -> None:
    known = bounds({}, [team("a", sessions=2), team("b", sessions=5)], {S: 1})
    assert known.own[S] == Limit(5, "of your team b")


def test_the_default_comes_last() -> None:
    assert bounds({}, [team("a", minutes=5)], {S: 1}).own[S].value == 1


def test_a_team_bounds_its_members_whatever_their_own_word_is() -> None:
    known = bounds({M: 900}, [team("a", minutes=5)], {})
    assert known.has(M)
    assert known.teams[0].limits == {M: 5}


def test_zero_is_a_limit_too() -> None:
    assert bounds({S: 0}, [], {S: 4}).own[S].value == 0
