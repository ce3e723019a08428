"""Nodes: what they say of themselves, and whether new browsers may start there. Processes, to look at."""

from typing import Any

from django.contrib import admin

from apps.access.actor import Actor
from apps.access.acts import Act
from apps.access.admin import GridAdmin
from apps.core import clock
from apps.nodes.models import Node, Process
from apps.nodes.services import set_draining


def _drain(node: Node, actor: Actor) -> str:
    set_draining(node, draining=True, actor=actor)
    return f"{node.name} drains: no browser starts there any more; those that run go on."


def _undrain(node: Node, actor: Actor) -> str:
    set_draining(node, draining=False, actor=actor)
    return f"{node.name} takes browsers again."


class AliveFilter(admin.SimpleListFilter):
    title = "lease"
    parameter_name = "lease"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("alive", "Alive"), ("gone", "Silent")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "alive":
            return queryset.filter(lease_expires_at__gt=clock.now())
        return queryset.exclude(lease_expires_at__gt=clock.now()) if self.value() == "gone" else queryset


@admin.register(Node)
class NodeAdmin(GridAdmin):
    list_display = ("name", "provider", "is_alive", "browsers", "max_browsers", "draining", "lease_expires_at")
    list_filter = (AliveFilter, "draining")
    search_fields = ("name", "provider")
    ordering = ("name",)
    acts = (
        Act(
            "drain",
            "Drain",
            "For maintenance: no new browser starts there, those that run go on. Take it back with Undrain.",
            _drain,
            offered=lambda node: not node.draining,
        ),
        Act("undrain", "Undrain", "New browsers may start there again.", _undrain, offered=lambda node: node.draining),
    )

    @admin.display(boolean=True, description="alive")
    def is_alive(self, node: Node) -> bool:
        return node.lease_expires_at is not None and node.lease_expires_at > clock.now()


@admin.register(Process)
class ProcessAdmin(GridAdmin):
    list_display = ("name", "kind", "is_alive", "boot_id", "lease_expires_at")
    list_filter = (AliveFilter, "kind")
    ordering = ("kind", "name")

    @admin.display(boolean=True, description="alive")
    def is_alive(self, process: Process) -> bool:
        return process.lease_expires_at > clock.now()
