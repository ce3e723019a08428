"""How often one credential and one address may ask the API. Claims are counted apart, by `claim_rates`."""

from django.conf import settings

from apps.access.actor import Actor
from apps.access.claim_rates import one_caller
from apps.access.rates import Allowance, Rate, count


def count_request(actor: Actor, address: str, *, is_write: bool) -> Allowance:
    """Raises RateExceeded."""
    grid = settings.GRID
    of, mine, theirs = (
        ("writes", grid.write_rate, grid.write_rate_ip) if is_write else ("reads", grid.read_rate, grid.read_rate_ip)
    )
    rates = [Rate("token", actor.credential, mine, of)]
    if address:
        rates.append(Rate("address", one_caller(address), theirs, of))
    return count(rates)


def count_stranger(address: str) -> None:
    """One request without a credential, or with one that is none. Raises RateExceeded."""
    if address:
        count([Rate("address", one_caller(address), settings.GRID.stranger_rate_ip, "unknown calls")])
