"""Which nodes there are, and which processes of our own."""

from django.db.models import QuerySet

from apps.nodes.models import Node, Process


def all_nodes() -> QuerySet[Node]:
    return Node.objects.order_by("name")


def all_processes() -> QuerySet[Process]:
    """Those silent for an hour are forgotten by the housekeeping."""
    return Process.objects.order_by("kind", "name")
