"""Nodes: what they say of themselves, and whether new browsers may start there."""

from django.contrib import admin

from apps.access.admin import GridAdmin
from apps.nodes.models import Node, Process


@admin.register(Node)
class NodeAdmin(GridAdmin):
    may_change = True
    list_display = ("name", "provider", "browsers", "max_browsers", "draining", "lease_expires_at")
    readonly_fields = (
        "name", "provider", "address", "boot_id", "lease_expires_at", "max_browsers", "browsers", "facts", "created_at",
    )  # fmt: skip
    ordering = ("name",)


@admin.register(Process)
class ProcessAdmin(GridAdmin):
    list_display = ("name", "kind", "boot_id", "lease_expires_at")
    ordering = ("name",)
