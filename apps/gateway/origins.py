"""Which requests are turned away for where they come from, before anybody asks who sends them."""

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from apps.access.outside import parse_origin
from apps.core.errors import GridError, NotAllowed
from apps.gateway.request import Request


class WrongHost(GridError):
    """The Host header names none of our hosts. The name is not repeated in the answer."""

    status = 400
    title = "Bad request"

    def __init__(self) -> None:
        super().__init__("invalid_host", "This installation does not answer to that host name.")


def check_host(request: Request) -> None:
    """Every Host that plays a part must be one of ALLOWED_HOSTS, also the one a proxy names. Raises WrongHost."""
    if len(request.hosts) != 1:
        raise WrongHost
    for host in {request.hosts[0], request.host}:
        name, _ = split_domain_port(host)
        if not name or host.rpartition(":")[0].endswith(".") or host.endswith("."):
            raise WrongHost
        if not validate_host(name, settings.ALLOWED_HOSTS):
            raise WrongHost


def check_origin(request: Request) -> None:
    """Raises NotAllowed for a page's request from an origin that is not ours and not allowed."""
    said = request.headers.get("origin")
    if said is not None:
        if _normal(said) not in {_normal(origin) for origin in _allowed(request)}:
            raise NotAllowed("origin", "Pages of this origin may not connect (BROWSERGRID_ALLOWED_ORIGINS).")
    elif request.headers.get("sec-fetch-site") == "cross-site":
        raise NotAllowed("cross_site", "Another site's page asked for this, which is not allowed.")


def _allowed(request: Request) -> list[str]:
    grid, used = settings.GRID, request.outside.used
    return [f"{used.scheme}://{used.netloc}", *([grid.public_url] if grid.public_url else []), *grid.allowed_origins]


def _normal(origin: str) -> str:
    """Scheme, host and port alone; a text that is no origin (`null`) stays what it is."""
    if "://" not in origin:
        return origin
    try:
        parsed = parse_origin(origin)
    except ValueError:
        return origin
    return f"{parsed.scheme.lower()}://{parsed.netloc}"
