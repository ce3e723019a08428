"""Events, as they were written. Nobody changes one, here or anywhere."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.access.admin import GridAdmin
from apps.access.admin_lists import people_called
from apps.core.identifiers import decode
from apps.events.catalog import EventType
from apps.events.models import Event


class TypeFilter(admin.SimpleListFilter):
    title = "type"
    parameter_name = "type"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(each.value, each.value) for each in EventType]

    def queryset(self, request: Any, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(type=self.value()) if self.value() in set(EventType) else queryset


@admin.register(Event)
class EventAdmin(GridAdmin):
    list_display = ("ident", "type", "occurred_at", "owner", "session_id", "pool_id", "position")
    list_filter = (TypeFilter,)
    list_select_related = ("owner",)
    search_fields = ("uuid",)
    search_help_text = "The full id of an event, a session or a pool, or the beginning of its owner's address."
    ordering = ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        for prefix, column in (("evt", "uuid"), ("ses", "session_id"), ("pool", "pool_id")):
            if key := decode(prefix, text):
                return queryset.filter(**{column: key}), False
        return queryset.filter(owner__in=people_called(text)), False
