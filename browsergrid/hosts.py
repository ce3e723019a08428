"""Which Host names are answered, at every address alike: static files and refusals too."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from browsergrid.faults import bad_request
from browsergrid.inline import Inline


class OurHosts(Inline, MiddlewareMixin):
    """Django's own check, before anything is answered, and stricter: to it `localhost.` is localhost.

    Answers by itself: Django writes a traceback into the log for each that is raised, and strangers try names all day.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        try:
            host = request.get_host()
            if host.endswith(".") or host.rpartition(":")[0].endswith("."):
                raise DisallowedHost("A host name with a dot at its end is none of ours.")
        except DisallowedHost as error:
            return bad_request(request, error)
        return None
