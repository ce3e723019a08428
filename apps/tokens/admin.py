"""API tokens of everybody: looked at and revoked, never made here."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.access.admin import GridAdmin, actor_of
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token


@admin.register(ApiToken)
class ApiTokenAdmin(GridAdmin):
    list_display = ("name", "owner", "start", "last4", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("revoked_at",)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email", "last4")
    ordering = ("-created_at",)
    exclude = ("hash",)
    actions = ("revoke",)

    @admin.action(description="Revoke: what they opened is closed")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        working = list(queryset.filter(revoked_at__isnull=True))
        for token in working:
            revoke_token(token, actor=actor_of(request))
        messages.success(request, f"Revoked: {len(working)}.")
