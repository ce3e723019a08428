"""API tokens of everybody: looked at and revoked, never made here; their secret is nowhere."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.acts import Act
from apps.access.admin import GridAdmin
from apps.access.admin_lists import people_called
from apps.core import clock
from apps.core.identifiers import decode
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token


def _revoke(token: ApiToken, actor: Actor) -> str | bool:
    if token.revoked_at is not None:
        return False
    revoke_token(token, actor=actor)
    return f"“{token.name}” is revoked. What it opened is being closed."


class WorksFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "works"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("works", "Works"), ("expired", "Expired"), ("revoked", "Revoked")]

    def queryset(self, request: Any, queryset: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
        now = clock.now()
        match self.value():
            case "works":
                return queryset.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
            case "expired":
                return queryset.filter(revoked_at=None, expires_at__lte=now)
            case "revoked":
                return queryset.filter(revoked_at__isnull=False)
        return queryset


@admin.register(ApiToken)
class ApiTokenAdmin(GridAdmin):
    list_display = ("name", "owner", "start", "last4", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = (WorksFilter,)
    list_select_related = ("owner",)
    search_fields = ("name",)
    search_help_text = "A full id (tok_…), its last four letters, its name, or the beginning of its owner's address."
    ordering = ("-id",)
    exclude = ("hash",)
    acts = (
        Act(
            "revoke",
            "Revoke",
            "It fails from now on, and what it opened is closed within two seconds. This cannot be undone.",
            _revoke,
            is_grave=True,
            offered=lambda token: token.revoked_at is None,
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ApiToken], search_term: str
    ) -> tuple[QuerySet[ApiToken], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        if key := decode(ApiToken.prefix, text):
            return queryset.filter(pk=key), False
        return queryset.filter(Q(last4=text) | Q(name__icontains=text) | Q(owner__in=people_called(text))), False
