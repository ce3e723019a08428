"""Which Host names are answered, at every address alike: static files and refusals too."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from browsergrid.inline import Inline


class OurHosts(Inline, MiddlewareMixin):
    """Django's own check, before anything is answered, and stricter: to it `localhost.` is localhost."""

    def process_request(self, request: HttpRequest) -> None:
        host = request.get_host()
        if host.endswith(".") or host.rpartition(":")[0].endswith("."):
            raise DisallowedHost("A host name with a dot at its end is none of ours.")
