"""A folder for recorded bytes, in place of the memory that other tests keep them in."""

from pathlib import Path

from pytest_django import Settings


def keep_in(folder: Path, settings: Settings) -> None:
    """By pytest's own fixture: nested within it, `override_settings` would be undone in the wrong order."""
    options = {"location": folder, "allow_overwrite": True}
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "recordings": storage}
