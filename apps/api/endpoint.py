"""What every address of the API shares: a typed actor, the body as an object, limits, answers that nobody may keep."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.access.actor import Actor
from apps.access.outside import Origin, Outside
from apps.access.rates import Allowance
from apps.access.request_rates import count_request, count_stranger
from apps.api.authentication import SAFE_METHODS, actor_of
from apps.api.outer import outside_of
from apps.core.errors import GridError, Invalid
from apps.pools.launch_rules import UNSTORABLE

LONGEST_NUMBER = 9  # letters


class Endpoint(APIView):
    counts_itself: ClassVar[frozenset[str]] = frozenset()  # methods whose view counts by a rate of its own
    allowance: Allowance | None = None

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
        data = self.request.data
        if not isinstance(data, dict):
            raise Invalid("invalid", "Give a JSON object.")
        return dict(data)

    def perform_authentication(self, request: Request) -> None:
        """Who comes without a credential, or with a wrong one, is counted by address and told 401."""
        try:
            super().perform_authentication(request)
        except GridError:
            count_stranger(self.outside.address)
            raise
        if request.auth is None:
            count_stranger(self.outside.address)

    def check_throttles(self, request: Request) -> None:
        if request.method not in self.counts_itself:
            is_write = request.method not in SAFE_METHODS
            self.allowance = count_request(self.actor, self.outside.address, is_write=is_write)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Any response of Django's will do, which DRF's own types do not say."""
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        if self.allowance is not None and "RateLimit-Limit" not in answer:
            for name, value in self.allowance.headers().items():
                answer[name] = value
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


def number_of(request: HttpRequest | Request, name: str, *, usual: int, least: int, most: int) -> int:
    """A whole number that the query names. Raises Invalid."""
    text = request.GET.get(name, str(usual))
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    if not is_number or not least <= int(text) <= most:
        words = f"Give {least} to {most}."
        raise Invalid("invalid", f"{name}: {words}", fields={name: words})
    return int(text)
