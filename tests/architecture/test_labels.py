"""Labels equal folders, except where Django's own name stands in the way."""

from collections import Counter

from django.apps import apps

from apps.access.grants import Grant

EXCEPTIONS = {"sessions": "browser_sessions"}


def test_a_label_equals_its_folder() -> None:
    ours = {
        config.name.removeprefix("apps."): config.label
        for config in apps.get_app_configs()
        if config.name.startswith("apps.")
    }
    assert {folder: label for folder, label in ours.items() if label != EXCEPTIONS.get(folder, folder)} == {}


def test_no_two_apps_share_a_label() -> None:
    labels = Counter(config.label for config in apps.get_app_configs())
    assert [label for label, count in labels.items() if count > 1] == []


def test_public_prefixes_are_unique() -> None:
    models = [
        model for model in apps.get_models() if model.__module__.startswith("apps.") and getattr(model, "prefix", "")
    ]
    prefixes = Counter(model.prefix for model in models if not issubclass(model, Grant))  # found by their thing
    assert [prefix for prefix, count in prefixes.items() if count > 1] == []
    assert {"usr", "tok", "pool", "ses", "con", "clm", "tkt", "evt", "node", "proc"} <= set(prefixes)
