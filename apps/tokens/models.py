"""API tokens. Only a keyed hash is stored; the first letters and the last four are for people."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models

from apps.core.models import Identified


class ApiToken(Identified):
    prefix = "tok"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)
    hash = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=12)
    last4 = models.CharField(max_length=4)
    scopes = models.JSONField(null=True, blank=True)  # null: all that the owner may do
    pools = models.JSONField(null=True, blank=True)  # keys of the only ones it serves; null: all the owner may use
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-created_at"])]

    @property
    def pool_keys(self) -> list[UUID]:
        """Of the only pools it serves; none where it serves whatever its owner may use."""
        return [UUID(key) for key in self.pools or ()]
