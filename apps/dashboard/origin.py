"""Where the outside finds this installation, for the addresses that pages show."""

from django.conf import settings
from django.http import HttpRequest

from apps.dashboard.snippets import Origin


def origin_of(request: HttpRequest) -> Origin:
    public: str = settings.GRID.public_url
    return Origin(public.rstrip("/") or f"{request.scheme}://{request.get_host()}")
