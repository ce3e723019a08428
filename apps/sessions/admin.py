"""Sessions of everybody, read-only; ending them by force is the one thing that may be done."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.access.admin import GridAdmin, actor_of
from apps.core.identifiers import decode
from apps.sessions.lifecycle import EndReason
from apps.sessions.models import BrowserSession
from apps.sessions.services import stop_session


@admin.register(BrowserSession)
class BrowserSessionAdmin(GridAdmin):
    list_display = ("public_id", "state", "pool", "owner", "node", "created_at", "claimed_at", "ended_at", "end_reason")
    list_filter = ("state", "pool", "end_reason")
    list_select_related = ("pool", "owner", "node")
    search_fields = ("name", "owner__email")
    search_help_text = "An id (ses_…), a name, or its owner's address."
    ordering = ("-id",)
    exclude = ("launch",)  # a proxy's address stands in it
    actions = ("release",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BrowserSession], search_term: str
    ) -> tuple[QuerySet[BrowserSession], bool]:
        key = decode(BrowserSession.prefix, search_term.strip())
        if key is not None:
            return queryset.filter(pk=key), False
        found: tuple[QuerySet[BrowserSession], bool] = super().get_search_results(request, queryset, search_term)
        return found

    @admin.action(description="Release by force")
    def release(self, request: HttpRequest, queryset: QuerySet[BrowserSession]) -> None:
        actor = actor_of(request)
        asked = sum(stop_session(session, actor=actor, reason=EndReason.ADMIN) for session in queryset)
        messages.success(request, f"Asked to end: {asked}.")
