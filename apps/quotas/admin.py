"""Quotas of people and teams, set by staff."""

from django.contrib import admin

from apps.access.admin import GridAdmin
from apps.quotas.models import Quota


@admin.register(Quota)
class QuotaAdmin(GridAdmin):
    """A change counts from the next claim on; minutes that are used up end running sessions within seconds."""

    may_add = may_change = may_delete = True
    list_display = ("__str__", "sessions", "minutes", "storage_bytes", "recording_days")
    list_select_related = ("user", "team")
    search_fields = ("user__email", "team__name")
    raw_id_fields = ("user", "team")
    ordering = ("created_at",)
