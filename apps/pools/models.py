"""Pools: how many browsers are kept warm, of which kind, where, and for how long one may be used."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.access.grants import PersonGrant, TeamGrant, django_permissions
from apps.core.models import Identified


class ProviderConfiguration(Identified):
    """How browsers of a kind come to be. Made by staff; users may choose those marked open."""

    prefix = "prov"

    class Kind(models.TextChoices):
        NODE = "node", "Browser nodes at known addresses"
        FAKE = "fake", "A well-behaved fake, for tests"

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    open_to_users = models.BooleanField(default=False)
    egress_allow = models.JSONField(
        default=list,
        blank=True,
        help_text="host[:port], *:port or networks on loopback and private addresses that its browsers may reach.",
    )
    options = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class CurrentPools(models.Manager["Pool"]):
    def get_queryset(self) -> models.QuerySet["Pool"]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class Pool(Identified):
    """A pool without owner is the system's. Deleted pools stay as rows while sessions of theirs are told about."""

    prefix = "pool"
    pool_path: ClassVar[str] = "pk"

    class IdlePolicy(models.TextChoices):
        NONE = "none"
        FREEZE = "freeze"
        HIBERNATE = "hibernate"

    class Recording(models.TextChoices):
        NONE = "none"
        DOM = "dom"
        VIDEO = "video"
        ALL = "all"

    name = models.CharField(max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="pools"
    )
    provider = models.ForeignKey(ProviderConfiguration, on_delete=models.PROTECT, related_name="pools")
    is_default = models.BooleanField(default=False, editable=False)
    browser = models.CharField(max_length=20, default="chromium", choices=[("chromium", "Chromium")])
    min = models.PositiveIntegerField(default=1, help_text="Warm browsers kept ready to be claimed.")
    max = models.PositiveIntegerField(
        default=4, validators=[MinValueValidator(1)], help_text="Browsers alive at once, ready and in use together."
    )
    max_concurrency = models.PositiveIntegerField(
        default=4, validators=[MinValueValidator(1)], help_text="Sessions in use at once; further claims queue."
    )
    max_starting = models.PositiveIntegerField(
        default=2, validators=[MinValueValidator(1)], help_text="Browsers that may be starting at the same time."
    )
    timeout_minutes = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(7 * 24 * 60)],
        help_text="Longest life of a claimed session.",
    )
    idle_timeout_seconds = models.PositiveIntegerField(
        default=300, help_text="A session without any activity for this long ends; 0: never."
    )
    per_user_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Sessions one person may have in use here at once; empty: no limit."
    )
    queue_limit = models.PositiveIntegerField(default=100, help_text="Claims that may wait at once.")
    queue_timeout_seconds = models.PositiveIntegerField(
        default=25, help_text="How long a waiting connection is held. Playwright itself gives up after 30 seconds."
    )
    prepared = models.PositiveIntegerField(default=4, help_text="How many warm browsers have their page already.")
    idle_policy = models.CharField(max_length=10, choices=IdlePolicy, default=IdlePolicy.NONE)
    hibernate_days = models.PositiveIntegerField(default=7)
    viewport_width = models.PositiveIntegerField(
        default=1280, validators=[MinValueValidator(100), MaxValueValidator(7680)]
    )
    viewport_height = models.PositiveIntegerField(
        default=720, validators=[MinValueValidator(100), MaxValueValidator(4320)]
    )
    launch = models.JSONField(
        default=dict, blank=True, help_text="Launch options of every browser: locale, timezone, user_agent, args."
    )
    recording = models.CharField(max_length=6, choices=Recording, default=Recording.NONE)
    logs = models.BooleanField(
        default=True, help_text="Whether console, network and commands of its sessions are kept."
    )
    recording_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(3650)],
        help_text="Days that recordings, logs and files are kept; 0: until deleted; empty: as everywhere.",
    )
    labels = models.JSONField(default=dict, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)  # no new browsers, no new claims
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager["Pool"]] = models.Manager()
    current: ClassVar[CurrentPools] = CurrentPools()

    class Meta:
        permissions: ClassVar = django_permissions("pool")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=models.Q(deleted_at__isnull=True),
                name="one_pool_per_owner_and_name",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(deleted_at__isnull=True, owner__isnull=True),
                name="one_system_pool_per_name",
            ),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_pool"
            ),
            models.CheckConstraint(condition=models.Q(min__lte=models.F("max")), name="pool_min_within_max"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_system(self) -> bool:
        return self.owner_id is None


class PoolPersonGrant(PersonGrant):
    content_object = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+")


class PoolTeamGrant(TeamGrant):
    content_object = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+")


class PoolCounter(models.Model):
    """How many there are, kept in the transactions that change it; its row lock is the first one every claim takes."""

    pool = models.OneToOneField(Pool, primary_key=True, on_delete=models.CASCADE, related_name="counter")
    alive = models.IntegerField(default=0)  # pending (reserved), starting … stopping
    in_use = models.IntegerField(default=0)  # owned and not yet stopping, reserved ones included
    starting = models.IntegerField(default=0)
    ready = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(alive__gte=0, in_use__gte=0, starting__gte=0, ready__gte=0),
                name="pool_counters_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"{self.alive} alive, {self.in_use} in use"
