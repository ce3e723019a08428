"""Saved views: a list as somebody likes to see it, under a name of theirs."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.core.models import Identified

LONGEST_NAME, LONGEST_QUERY = 60, 2000


class SavedView(Identified):
    """`query` is the address's own, without the question mark. Nobody sees another's, staff included."""

    prefix = "view"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="one_saved_view_per_name")]

    def __str__(self) -> str:
        return self.name
