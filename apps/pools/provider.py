"""From a configuration row to the provider that it describes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from apps.nodes.credentials import node_key
from apps.nodes.models import Node
from apps.pools.models import ProviderConfiguration
from apps.providers.contract import Provider
from apps.providers.fake import FakeProvider
from apps.providers.node import NodeAddress, NodeProvider

_stand_ins: dict[str, Provider] = {}


def provider_for(configuration: ProviderConfiguration) -> Provider:
    """Cheap to ask for again: a provider of nodes keeps nothing but its nodes' addresses."""
    if configuration.name in _stand_ins:
        return _stand_ins[configuration.name]
    match configuration.kind:
        case ProviderConfiguration.Kind.NODE:
            return NodeProvider(addresses(configuration))
        case ProviderConfiguration.Kind.FAKE:
            return fake_named(configuration.name)
    raise ValueError(f"There is no provider of kind {configuration.kind!r}.")


def addresses(configuration: ProviderConfiguration) -> list[NodeAddress]:
    rows = Node.objects.filter(provider=configuration.name).order_by("name")
    return [NodeAddress(row.name, row.address, node_key(row.name)) for row in rows]


@contextmanager
def register_fake(name: str, provider: Provider) -> Iterator[None]:
    """For tests: inside, the configuration of that name, whatever its kind, is served by `provider`."""
    _stand_ins[name] = provider
    try:
        yield
    finally:
        del _stand_ins[name]


@cache
def fake_named(name: str) -> FakeProvider:
    """The one fake of that name in this process; its browsers live as long as the process."""
    return FakeProvider()
