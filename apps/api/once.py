"""Making something under an `Idempotency-Key`: once, however often it is asked for."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from rest_framework.response import Response

from apps.api.endpoint import Endpoint
from apps.core.errors import Ended, NotFound
from apps.sessions.idempotency import make_once
from apps.sessions.options import digest


class Named(Protocol):
    """What a key can remember: a row, or a value that stands for one."""

    @property
    def public_id(self) -> str: ...


M = TypeVar("M", bound=Named)


class Made(Generic[M]):
    """What there is now, and whether an earlier request had made it."""

    def __init__(self, thing: M, *, repeated: bool) -> None:
        self.thing = thing
        self.repeated = repeated

    def answer(self, body: dict[str, Any], among: str = "") -> Response:
        """201; of a repeat 200. With its address, where it can be asked for below `among`."""
        headers = {"Location": f"{among}/{self.thing.public_id}"} if among else {}
        return Response(body, status=200 if self.repeated else 201, headers=headers)


def made_once(
    endpoint: Endpoint, body: dict[str, Any], make: Callable[[], M], find_again: Callable[[str], M]
) -> Made[M]:
    """`make`, or `find_again` by its public id what the same request under the same key has made.

    Raises Invalid `idempotency_mismatch` for another request under the key, Ended where what it made is gone.
    """
    request, things = endpoint.request, []

    def making() -> str:
        things.append(make())
        return things[0].public_id

    key = request.headers.get("Idempotency-Key", "").strip()
    fingerprint = digest([request.method, request.path.rstrip("/"), body])
    former = make_once(endpoint.actor, key, fingerprint, making)
    if things:
        return Made(things[0], repeated=False)
    try:
        return Made(find_again(former), repeated=True)
    except NotFound as error:
        raise Ended("gone", "What was made under this Idempotency-Key is gone. Use another key.") from error
