"""What a node captured of one browser: switched on and off, read piece by piece, freed once it is stored elsewhere.

Authorisation is the caller's business and done before. Every call may be repeated; a lost node raises NodeAway.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import httpx

from apps.nodes.credentials import browser_key
from apps.nodes.models import Node
from apps.nodes.use import client_of
from browser_node.client import NodeRefused, NodeUnreachable


class CaptureError(Exception):
    """The node was not reached, or refused.

    NodeAway          no answer: nothing is known, ask again
    NothingCaptured   the node has nothing (any more) of that browser
    CaptureRefused    it cannot: `detail` says why, in a sentence for people
    """


class NodeAway(CaptureError):
    pass


class NothingCaptured(CaptureError):
    pass


class CaptureRefused(CaptureError):
    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True)
class Piece:
    """A closed segment that waits on the node. `is_last`: none will follow in its stream."""

    stream: str
    number: int
    first_ms: int
    last_ms: int
    bytes: int
    sha256: str
    is_last: bool = False


class Captures:
    """Of one browser, by its instance id; it outlives the browser for a while."""

    def __init__(self, node: Node, instance_id: str) -> None:
        self._client = client_of(node.address)
        self._id = instance_id
        self._key = browser_key(instance_id)

    def want(self, wanted: Mapping[str, Any]) -> Mapping[str, str]:
        """What is to be captured from now on, instead of what was before. Returns what cannot be had, and why."""
        with told():
            return self._client.capture(self._id, self._key, dict(wanted)).refused

    def pieces(self, *, flush: bool = False) -> list[Piece]:
        """In order within each stream. `flush` closes what is being written first."""
        with told():
            found = self._client.segments(self._id, self._key, flush=flush)
        pieces = [Piece(**{field.name: getattr(piece, field.name) for field in fields(Piece)}) for piece in found]
        return sorted(pieces, key=lambda piece: (piece.stream, piece.number))

    def data(self, piece: Piece) -> bytes:
        with told():
            return self._client.segment(self._id, self._key, piece.stream, piece.number)

    def free(self, piece: Piece) -> None:
        with told():
            self._client.free(self._id, self._key, piece.stream, piece.number)

    def forget(self) -> None:
        """All that is left of it on the node."""
        with told():
            self._client.free(self._id, self._key)


@contextmanager
def told() -> Iterator[None]:
    """The client's errors in the words of this module."""
    try:
        yield
    except NodeRefused as error:
        if error.status in {404, 410}:
            raise NothingCaptured(error.detail) from error
        if error.status >= 500:
            raise NodeAway(error.detail) from error
        raise CaptureRefused(error.detail) from error
    except (NodeUnreachable, httpx.HTTPError) as error:
        raise NodeAway(type(error).__name__) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CaptureRefused("The node's answer makes no sense.") from error
