"""A server on loopback that speaks S3, with a bucket, in place of the memory that other tests keep recordings in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from browsergrid.settings.recorded import storage

NAME, PREFIX = "kept", "grid/of ours"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}


@dataclass(frozen=True)
class Bucket:
    address: str

    @property
    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.address,
            region_name="eu-central-1",
            aws_access_key_id="somebody",
            aws_secret_access_key="secret",
        )

    def make(self) -> None:
        self._client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def keys(self) -> list[str]:
        """All that lies in it."""
        return [thing["Key"] for thing in self._client.list_objects_v2(Bucket=NAME).get("Contents", [])]

    def empty(self) -> None:
        for key in self.keys():
            self._client.delete_object(Bucket=NAME, Key=key)


@contextmanager
def running_bucket() -> Iterator[Bucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        bucket = Bucket(f"http://{host}:{port}")
        bucket.make()
        yield bucket
    finally:
        server.stop()


def keep_in(bucket: Bucket, settings: Settings) -> None:
    """By the settings that an installation has for it."""
    named = {"s3_bucket": NAME, "s3_endpoint": bucket.address, "s3_region": "eu-central-1", "s3_prefix": PREFIX}
    told = storage(replace(settings.GRID, storage="s3", **named), Path("/nowhere"))
    settings.STORAGES = {**settings.STORAGES, "recordings": told}
