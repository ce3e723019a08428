"""How much of their limits a person's pools take, and how much room a provider's nodes have. For what pages say."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Sum

from apps.accounts.models import User
from apps.nodes.models import Node
from apps.pools.models import Pool, ProviderConfiguration


@dataclass(frozen=True)
class Allowance:
    """`taken_…` are the person's other pools."""

    pools: int
    max: int
    min: int
    taken_pools: int
    taken_max: int
    taken_min: int

    @property
    def left_pools(self) -> int:
        return max(self.pools - self.taken_pools, 0)

    @property
    def left_max(self) -> int:
        return max(self.max - self.taken_max, 0)

    @property
    def left_min(self) -> int:
        return max(self.min - self.taken_min, 0)


def allowance(owner: User, but: Pool | None = None) -> Allowance:
    others = Pool.current.filter(owner=owner)
    if but is not None:
        others = others.exclude(pk=but.pk)
    taken = others.aggregate(pools=Count("pk"), max=Sum("max", default=0), min=Sum("min", default=0))
    grid = settings.GRID
    return Allowance(
        grid.user_pools, grid.user_pools_max, grid.user_pools_min, taken["pools"], taken["max"], taken["min"]
    )


def room(provider: ProviderConfiguration | None) -> int | None:
    """Browsers that the provider's nodes hold together; None where no node is known yet."""
    if provider is None:
        return None
    found = Node.objects.filter(provider=provider.name).aggregate(room=Sum("max_browsers"))["room"]
    return int(found) if found else None


def default_provider() -> ProviderConfiguration | None:
    """The one a new pool gets where none is named."""
    return ProviderConfiguration.objects.order_by("created_at").first()
