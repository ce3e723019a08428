"""The fake keeps the contract, so what is shown with it holds for providers that keep it too."""

import pytest

from apps.providers.contract import BrowserRef, Farewell, Phase, Provider
from apps.providers.fake import FakeProvider
from tests.providers.contract import ProviderContract


class TestFake(ProviderContract):
    @pytest.fixture
    def provider(self) -> FakeProvider:  # type: ignore[override]
        return FakeProvider(room=self.room)

    def fail(self, provider: Provider, ref: BrowserRef) -> None:
        assert isinstance(provider, FakeProvider)
        provider.crash(ref)

    def test_it_counts_the_most_there_were_at_once(self, provider: FakeProvider) -> None:
        first = self.run(provider)
        self.run(provider)
        self.end(provider, first.ref)
        self.run(provider)
        assert provider.peak == 2

    def test_it_remembers_the_first_farewell(self, provider: FakeProvider) -> None:
        spec = self.run(provider)
        provider.stop(spec.ref, grace_seconds=1, farewell=Farewell(4008, "idle"))
        provider.stop(spec.ref, grace_seconds=1, farewell=Farewell(4000, "released"))
        self.wait(provider, spec.ref, Phase.GONE)
        assert provider.ended[spec.ref].farewell == Farewell(4008, "idle")
