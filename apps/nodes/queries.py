"""Which nodes there are."""

from django.db.models import QuerySet

from apps.nodes.models import Node


def all_nodes() -> QuerySet[Node]:
    return Node.objects.order_by("name")
