"""What every address of the API shares: a typed actor, the body as an object, answers that nobody may keep."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.access.actor import Actor
from apps.access.outside import Origin, Outside
from apps.api.authentication import actor_of
from apps.api.outer import outside_of
from apps.core.errors import Invalid
from apps.sessions.options import UNSTORABLE


class Endpoint(APIView):
    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    @property
    def outside(self) -> Outside:
        return outside_of(self.request._request)  # noqa: SLF001 - DRF's name for Django's request

    @property
    def origin(self) -> Origin:
        """What absolute addresses in answers are built from."""
        return self.outside.origin

    def body(self) -> dict[str, Any]:
        """Raises Invalid where it is no JSON object; nothing at all is an empty one."""
        try:
            data = self.request.data
        except RecursionError as error:
            raise Invalid("invalid", "The body is nested too deeply.") from error
        if not isinstance(data, dict):
            raise Invalid("invalid", "Give a JSON object.")
        return dict(data)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Any response of Django's will do, which DRF's own types do not say."""
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


def known_only(body: dict[str, Any], names: frozenset[str]) -> None:
    """Raises Invalid naming every field that there is not."""
    unknown = {name: "There is no such field." for name in body if name not in names}
    if unknown:
        raise Invalid("invalid", "; ".join(f"{name}: {why}" for name, why in unknown.items()), fields=unknown)


def is_storable(text: object) -> bool:
    """A text that every database takes."""
    return isinstance(text, str) and UNSTORABLE.search(text) is None


def query_of(request: HttpRequest | Request, name: str) -> str:
    """A query parameter as text, without what no database stores."""
    value = request.GET.get(name, "")
    if UNSTORABLE.search(value):
        raise Invalid("invalid", f"{name}: Not a text.", fields={name: "Not a text."})
    return str(value)
