"""The one part that makes and ends browsers. It has no rows of its own."""

from django.apps import AppConfig


class ReconcilerConfig(AppConfig):
    name = "apps.reconciler"
