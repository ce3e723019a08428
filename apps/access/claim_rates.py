"""How often one token and one address may claim, at whichever face: a claim is a claim."""

from django.conf import settings

from apps.access.actor import Actor
from apps.access.outside import network_of
from apps.access.rates import Allowance, Rate, count


def count_claim(actor: Actor, address: str) -> Allowance:
    """Raises RateExceeded."""
    grid = settings.GRID
    rates = [Rate("token", actor.credential, grid.claim_rate)]
    if address:
        rates.append(Rate("address", one_caller(address), grid.claim_rate_ip))
    return count(rates)


def one_caller(address: str) -> str:
    """An IPv6 caller has a whole /64 to choose from."""
    return network_of(address) if ":" in address else address
