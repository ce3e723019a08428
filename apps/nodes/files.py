"""Files of one live browser: what it downloaded, and what its pages may choose to upload.

Authorisation is the caller's business and done before. Raises what `apps.nodes.captures` raises.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from apps.nodes.captures import told
from apps.nodes.credentials import browser_key
from apps.nodes.models import Node
from apps.nodes.use import client_of
from browser_node.file_names import free_name, safe_name

__all__ = ["Files", "NodeFile", "free_name", "safe_name"]


@dataclass(frozen=True)
class NodeFile:
    """`kind` is download or upload; names are unique over both. What is not complete is still being written."""

    name: str
    kind: str
    bytes: int
    url: str = ""
    is_complete: bool = True


class Files:
    """Of one browser, by its instance id; they go with it."""

    def __init__(self, node: Node, instance_id: str) -> None:
        self._client = client_of(node.address)
        self._id = instance_id
        self._key = browser_key(instance_id)

    def all(self) -> list[NodeFile]:
        with told():
            return [
                NodeFile(file.name, str(file.kind), file.bytes, file.url, file.is_complete)
                for file in self._client.files(self._id, self._key)
            ]

    @contextmanager
    def reading(self, name: str) -> Iterator[Iterable[bytes]]:
        with told(), self._client.file(self._id, self._key, name) as pieces:
            yield pieces

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """An upload: pages may choose it from now on."""
        with told():
            self._client.put_file(self._id, self._key, name, content)

    def delete(self, name: str) -> None:
        with told():
            self._client.delete_file(self._id, self._key, name)
