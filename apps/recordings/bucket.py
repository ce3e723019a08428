"""A bucket as storage, for many recordings that may be large: what django-storages offers, and what it lacks for us.

A part of a film is asked for as a part; many pieces are deleted side by side; a service that does not answer is given
up on within seconds. Imported only where BROWSERGRID_STORAGE is s3: the packages it needs are optional.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

PIECE = 256 * 1024
AT_ONCE = 8  # deletions; a client has ten connections
NOWHERE = 404
PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "read_timeout": 30,
    "retries": {"mode": "standard", "max_attempts": 3},
    # We keep a sha256 of everything; many services that speak S3 refuse the checksums that Amazon's own client adds.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


class BucketStorage(S3Storage):  # type: ignore[misc] # the package has no types
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"client_config": Config(**PATIENCE), **options})

    def part(self, name: str, first: int, last: int) -> Iterator[bytes]:
        """Bytes `first` to `last`, the last one included. Raises FileNotFoundError."""
        try:
            body = self.bucket.Object(self._normalize_name(name)).get(Range=f"bytes={first}-{last}")["Body"]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == NOWHERE:
                raise FileNotFoundError(name) from error
            raise
        try:
            yield from body.iter_chunks(PIECE)
        finally:
            body.close()

    def delete(self, name: str) -> None:
        """Already gone is a success. Raises OSError, as a folder does."""
        with _as_os_error():
            super().delete(name)

    def delete_all(self, names: Iterable[str]) -> None:
        """The same of many: one request each, for not every service takes many in one."""
        client = self.bucket.meta.client  # shared by the threads, unlike what it was made from

        def delete(name: str) -> None:
            client.delete_object(Bucket=self.bucket_name, Key=self._normalize_name(name))

        with _as_os_error(), ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delete") as threads:
            list(threads.map(delete, names))


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
