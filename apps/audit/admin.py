"""The audit log, to look at. Nothing changes an entry, here or anywhere."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from apps.access.admin import GridAdmin
from apps.access.admin_lists import people_called
from apps.audit.actions import WORDS, Action
from apps.audit.models import Entry
from apps.core.identifiers import decode


class ActionFilter(admin.SimpleListFilter):
    title = "action"
    parameter_name = "did"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(action.value, WORDS[action]) for action in Action]

    def queryset(self, request: Any, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset.filter(action=self.value()) if self.value() in set(Action) else queryset


@admin.register(Entry)
class EntryAdmin(GridAdmin):
    list_display = ("at", "did", "who", "address", "kind", "thing")
    list_filter = (ActionFilter,)
    search_fields = ("thing",)
    search_help_text = "The full id of what it was done to, or of who did it, or the beginning of their address."
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        people = get_user_model()._default_manager.filter(pk=OuterRef("person_id"))  # noqa: SLF001 - documented name
        return Entry.objects.annotate(email=Subquery(people.values("email")[:1]))

    @admin.display(description="what")
    def did(self, entry: Entry) -> str:
        return WORDS[Action(entry.action)] if entry.action in set(Action) else entry.action

    @admin.display(description="who")
    def who(self, entry: Any) -> str:
        return entry.email or entry.person_public_id or "nobody signed in"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        if key := decode("usr", text):
            return queryset.filter(person_id=key) | queryset.filter(thing=text), False
        if people := people_called(text):
            return queryset.filter(person_id__in=people), False
        return queryset.filter(thing=text), False
