"""The abstract base of every row that the outside may name."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from apps.core.identifiers import encode, uuid7


class Identified(models.Model):
    """A row with a UUIDv7 key, shown outside as `<prefix>_…`."""

    prefix: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return encode(self.prefix, UUID(str(self.id)))
