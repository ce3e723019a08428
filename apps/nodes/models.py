"""Where browsers run, and which of our own processes are alive."""

from typing import ClassVar

from django.db import models

from apps.core.models import Identified


class Node(Identified):
    """An agent at an address. Its lease is renewed *for* it by the watcher each time it answers with its boot id."""

    prefix = "node"

    name = models.CharField(max_length=120, unique=True)
    provider = models.CharField(max_length=120)  # the name of the provider configuration it belongs to
    address = models.CharField(max_length=300)  # unix:/path or http://host:port
    boot_id = models.CharField(max_length=64, blank=True)
    lease_expires_at = models.DateTimeField(null=True)
    max_browsers = models.PositiveIntegerField(default=0)
    browsers = models.PositiveIntegerField(default=0)  # room taken: from pending→starting until seen gone
    draining = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)  # what /health said last

    def __str__(self) -> str:
        return self.name


class Process(Identified):
    """A gateway, worker or watcher. It renews its own lease; a new boot id means that the former one is gone."""

    prefix = "proc"

    class Kind(models.TextChoices):
        GATEWAY = "gateway"
        WORKER = "worker"
        WATCHER = "watcher"

    name = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    boot_id = models.CharField(max_length=64)
    lease_expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Lease(models.Model):
    """A role that one process holds at a time. `epoch` grows with every holder and fences the former one's writes."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=64, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = []

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder} ({self.epoch})"
