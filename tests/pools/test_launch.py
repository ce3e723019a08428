"""Launch options laid over each other, and the hashes that tell whether two are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pools.launch import configuration_hash, effective, launch_hash, template
from apps.pools.models import Pool, ProviderConfiguration

words = st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.booleans(), max_size=5)


def pool(**fields: object) -> Pool:
    return Pool(name="p", provider=ProviderConfiguration(name="x"), **fields)


def test_the_pools_options_come_with_its_viewport() -> None:
    assert template(pool(viewport_width=800, viewport_height=600, launch={"locale": "de"})) == {
        "viewport": {"width": 800, "height": 600},
        "locale": "de",
    }


def test_what_is_asked_for_lies_over_the_pools_own() -> None:
    laid = effective(pool(launch={"locale": "de", "timezone": "UTC"}), {"locale": "fr"})
    assert (laid["locale"], laid["timezone"]) == ("fr", "UTC")


@given(words)
def test_the_order_of_options_does_not_matter(options: dict[str, object]) -> None:
    assert launch_hash(options) == launch_hash(dict(reversed(options.items())))


@given(words, words)
def test_different_options_have_different_hashes(one: dict[str, object], other: dict[str, object]) -> None:
    if repr(sorted(one.items(), key=repr)) != repr(sorted(other.items(), key=repr)):
        assert launch_hash(one) != launch_hash(other)


@pytest.mark.parametrize("change", [{"viewport_width": 801}, {"launch": {"locale": "de"}}])
def test_what_makes_a_warm_browser_different_changes_the_configuration(change: dict[str, object]) -> None:
    provider = ProviderConfiguration(name="x")
    former, later = Pool(name="p", provider=provider), Pool(name="p", provider=provider, **change)
    assert configuration_hash(former) != configuration_hash(later)


def test_what_does_not_touch_the_browser_changes_nothing() -> None:
    provider = ProviderConfiguration(name="x")
    former, later = (
        Pool(name="p", provider=provider),
        Pool(name="q", provider=provider, min=3, max=9, timeout_minutes=5),
    )
    assert configuration_hash(former) == configuration_hash(later)
    opened = Pool(name="p", provider=ProviderConfiguration(id=provider.id, name="x", egress_allow=["*:1"]))
    assert configuration_hash(former) != configuration_hash(opened)
