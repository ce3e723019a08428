"""Holding a role: taken when free or lapsed, kept by renewing. A former holder's writes are refused by epoch."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from apps.nodes.models import Lease


@dataclass(frozen=True)
class Held:
    """Proof of holding `name` in `epoch`; statements that must be the holder's own add `Exists(held.query())`."""

    name: str
    holder: str
    epoch: int

    def query(self) -> QuerySet[Lease]:
        """Rows that exist exactly while this hold is the present one."""
        return Lease.objects.filter(name=self.name, holder=self.holder, epoch=self.epoch)


def hold(name: str, holder: str, *, now: datetime, seconds: float) -> Held | None:
    """Renew the lease, or take it when it is free or lapsed. None while another holds it."""
    until = now + timedelta(seconds=seconds)
    if Lease.objects.filter(name=name, holder=holder, expires_at__gt=now).update(expires_at=until):
        return Held(name, holder, Lease.objects.values_list("epoch", flat=True).get(name=name))
    Lease.objects.get_or_create(name=name)
    free = Q(expires_at__isnull=True) | Q(expires_at__lte=now)
    if Lease.objects.filter(free, name=name).update(holder=holder, epoch=F("epoch") + 1, expires_at=until):
        return Held(name, holder, Lease.objects.values_list("epoch", flat=True).get(name=name))
    return None


def release(held: Held) -> None:
    """Let the next one in at once."""
    held.query().update(expires_at=None)


def lease_end(name: str) -> datetime | None:
    """Until when the lease is held, as last renewed; None where nobody holds it."""
    row = Lease.objects.filter(name=name).first()
    return row.expires_at if row else None
