"""Events keep their own rules in the database."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EventsConfig(AppConfig):
    name = "apps.events"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.events import guards  # noqa: PLC0415 - models must be loaded first

        post_migrate.connect(guards.install_after_migrate, sender=self)
