"""What was shared with whom, to look at. Shares are given and withdrawn by those whose things they are."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from apps.access.admin import GridAdmin
from apps.access.grants import Grant


class GrantAdmin(GridAdmin):
    exclude = ("permission",)
    readonly_fields = ("given",)
    ordering = ("-id",)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["ident", "content_object", self._to(), "given", "created_at"]

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        own = ["content_object", "permission"]
        return [*own, "group__team"] if self._to() == "team" else own

    def _to(self) -> str:
        return "email" if hasattr(self.model, "email") else "team"

    @admin.display(description="level")
    def given(self, grant: Grant) -> str:
        return str(grant.level)

    @admin.display(description="team")
    def team(self, grant: Any) -> str:
        group: Group = grant.group
        return str(getattr(group, "team", group))
