"""Who did what, when, from where. Rows are append-only but for `number` and `chain`, which sealing gives once."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from apps.core.identifiers import encode, uuid7


class Entry(models.Model):
    """People and things are named without foreign keys: an entry outlives them.

    `number` and `chain` are given after commit, in the order of `number`: each `chain` covers the row and the former
    one, so that no row can be changed, moved or left out unseen.
    """

    prefix: ClassVar[str] = "aud"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    person_id = models.UUIDField(null=True)
    credential = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)
    thing = models.CharField(max_length=80, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    number = models.PositiveBigIntegerField(null=True, unique=True)
    chain = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person_id", "-id"], name="audit_of_person"),
            models.Index(fields=["thing", "-id"], name="audit_of_thing"),
            models.Index(fields=["action", "-id"], name="audit_of_action"),
            models.Index(fields=["id"], condition=models.Q(number__isnull=True), name="audit_unsealed"),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.action} {self.public_id}"

    @property
    def public_id(self) -> str:
        return encode(self.prefix, UUID(str(self.id)))

    @property
    def person_public_id(self) -> str:
        """Empty where nobody was signed in."""
        return encode("usr", UUID(str(self.person_id))) if self.person_id else ""


class ChainEnd(models.Model):
    """One row: the last number given and its chain. Locked by whoever seals; tells of rows cut off at the end."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return str(self.number)
