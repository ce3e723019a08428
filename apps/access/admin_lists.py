"""Lists of the administration over tables of any size: pages are turned, never counted; owners are looked up."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_PEOPLE = 200


class Uncounted(int):
    """More than any list has; where a page would say the number, as in "Select all 12 sessions", it says this word."""

    def __str__(self) -> str:
        return "matching"


class UncountedPage(Page[Any]):
    def has_next(self) -> bool:
        """One row more than the page holds was read."""
        return self.paginator.there_is_more  # type: ignore[attr-defined, no-any-return]


class InfinitePaginator(Paginator):  # type: ignore[type-arg] # unfold knows it by this name, and shows no number
    """Asks for one row more than it shows instead of counting them all.

    What lies before a later page is passed over by key alone, which an index tells: with all that a row shows, the
    database would join and then throw away every one of them.
    """

    object_list: QuerySet[Any]
    template_name = "admin/pages.html"
    there_is_more = False

    @cached_property
    def count(self) -> int:
        return Uncounted(9_999_999_999)

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        shown = slice(first, first + self.per_page + 1)
        if first:
            keys = list(self.object_list.values_list("pk", flat=True)[shown])
            rows = list(self.object_list.filter(pk__in=keys))
        else:
            rows = list(self.object_list[shown])
        self.there_is_more = len(rows) > self.per_page
        return UncountedPage(rows[: self.per_page], number, self)


def people_called(text: str) -> list[UUID]:
    """Keys of those whose address begins so: an index finds them, where looking inside every row's owner would not."""
    people = get_user_model()._default_manager  # noqa: SLF001 - Django's documented name
    return list(people.filter(email__startswith=text.strip().lower()).values_list("pk", flat=True)[:MOST_PEOPLE])
