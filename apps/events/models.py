"""What happened, told once. Rows are append-only but for `position`, which the dispatcher gives after commit."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models

from apps.access.grants import shared
from apps.access.permissions import Permission
from apps.core.identifiers import encode, uuid7


class Event(models.Model):
    """`id` gives the order of writing, `position` the order of commit; per session `sequence` is gapless from 1.

    The rows it is about are named by key without a foreign key: an event outlives them.
    """

    prefix: ClassVar[str] = "evt"
    session_path: ClassVar[str] = "session_id"
    pool_path: ClassVar[str] = "pool_id"

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    session_id = models.UUIDField(null=True)
    pool_id = models.UUIDField(null=True)
    sequence = models.PositiveBigIntegerField(null=True)
    position = models.PositiveBigIntegerField(null=True, unique=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session_id", "sequence"],
                condition=models.Q(session_id__isnull=False, sequence__isnull=False),
                name="one_event_per_sequence",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(position__isnull=True), name="events_unpositioned"),
            models.Index(fields=["owner", "position"], name="events_of_owner"),
            models.Index(fields=["type", "-position"], name="events_of_type"),
            models.Index(
                fields=["session_id", "position"],
                condition=models.Q(session_id__isnull=False),
                name="events_of_session",
            ),
            models.Index(fields=["occurred_at"], name="events_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"

    @classmethod
    def held_by(cls, person: UUID, permission: Permission) -> models.Q:
        """One's own, and those of sessions shared with one; of a shared pool nobody else's doings are told."""
        own, told = models.Q(owner=person), shared("session_id", "ses", person, permission)
        # A condition that is empty holds for every row. `sequence` is in the index by session.
        return own | (told & models.Q(sequence__isnull=False)) if told else own

    @property
    def public_id(self) -> str:
        return encode(self.prefix, self.uuid)


class EventPosition(models.Model):
    """One row: the last position given. Locked by whoever numbers, so that batches commit in order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)
