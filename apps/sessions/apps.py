"""The label differs from the folder: `sessions` is Django's own."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SessionsConfig(AppConfig):
    name = "apps.sessions"
    label = "browser_sessions"
    verbose_name = "Sessions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.sessions import guards  # noqa: PLC0415 - models must be loaded first

        post_migrate.connect(guards.install_after_migrate, sender=self)
