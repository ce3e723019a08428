"""Background work: what runs when, how it went, and running it now."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TasksConfig(AppConfig):
    name = "apps.tasks"
    verbose_name = "Background tasks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.tasks.seeding import seed  # noqa: PLC0415 - models must be loaded first

        post_migrate.connect(seed, sender=self)
