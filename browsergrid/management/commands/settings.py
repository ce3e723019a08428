"""`manage.py settings`: every environment variable with its default, its meaning, and what is set now."""

from typing import Any

from django.core.management.base import BaseCommand

from browsergrid.reference.settings import listed


class Command(BaseCommand):
    help = "List every setting: variable, default, meaning, and what the environment says now (secrets only as set)."
    requires_system_checks: list[str] = []  # noqa: RUF012 — as Django declares it

    def handle(self, *args: Any, **options: Any) -> None:
        for item in listed():
            value = f"   now: {item.shown_value}" if item.shown_value else ""
            default = f"default: {item.default or '(empty)'}"
            self.stdout.write(f"{item.name}\n    {item.doc}\n    {default}{value}")
