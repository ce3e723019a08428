"""Saved views: named, replaced, counted, nobody else's."""

from collections.abc import Callable

import pytest

from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid, NotAllowed
from apps.saved_views import services
from apps.saved_views.queries import own_views
from apps.saved_views.services import forget_view, save_view
from tests.factories.people import actor_for

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ann(make_user: Callable[..., User]) -> User:
    return make_user("ann@example.com")


def names(user: User) -> list[str]:
    return [view.name for view in own_views(actor_for(user))]


def test_views_are_kept_in_the_order_of_their_names(ann: User) -> None:
    for name in ("b", "a"):
        save_view(actor=actor_for(ann), name=name, query="state=live")
    assert names(ann) == ["a", "b"]


def test_the_same_name_again_changes_the_view(ann: User) -> None:
    save_view(actor=actor_for(ann), name="a", query="state=live")
    save_view(actor=actor_for(ann), name=" a ", query="state=ended")
    assert [view.query for view in own_views(actor_for(ann))] == ["state=ended"]


@pytest.mark.parametrize(
    ("name", "query"), [("", "q=1"), ("  ", "q=1"), ("a\n", ""), ("x" * 61, "q=1"), ("a\tb", "q=1")]
)
def test_a_view_needs_a_name_and_a_filter(name: str, query: str, ann: User) -> None:
    with pytest.raises(Invalid):
        save_view(actor=actor_for(ann), name=name, query=query)


def test_there_is_a_most(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    save_view(actor=actor_for(ann), name="a", query="q=1")
    save_view(actor=actor_for(ann), name="a", query="q=2")
    with pytest.raises(Conflict):
        save_view(actor=actor_for(ann), name="b", query="q=1")


def test_nobody_sees_or_forgets_anothers_not_even_staff(ann: User, make_user: Callable[..., User]) -> None:
    staff = make_user(staff=True)
    view = save_view(actor=actor_for(ann), name="a", query="q=1")
    assert names(staff) == []
    with pytest.raises(NotAllowed):
        forget_view(view, actor=actor_for(staff))
    forget_view(view, actor=actor_for(ann))
    assert names(ann) == []
