"""What the beginning of an id says."""

from collections import Counter

from django.apps import apps

from apps.access.grants import Grant


def test_a_prefix_tells_one_kind_of_thing_from_all_others():
    """A share is one kind of thing, in several tables."""
    others = [model for model in apps.get_models() if not issubclass(model, Grant)]
    told = Counter([Grant.prefix, *(model.prefix for model in others if getattr(model, "prefix", ""))])
    assert [prefix for prefix, kinds in told.items() if kinds > 1] == []
