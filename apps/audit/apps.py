"""The audit keeps its own rules in the database and hears what allauth and the administration tell."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "apps.audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.audit import guards, hearing  # noqa: PLC0415 - models must be loaded first

        post_migrate.connect(guards.install_after_migrate, sender=self)
        hearing.listen()
