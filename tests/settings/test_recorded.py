"""Where recorded bytes lie."""

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.utils.module_loading import import_string

from browsergrid.settings.recorded import storage

S3 = replace(settings.GRID, storage="s3", s3_bucket="kept", s3_endpoint="https://minio:9000")


def test_files_lie_below_the_data_directory_for_us_alone(tmp_path: Path):
    told = storage(settings.GRID, tmp_path)
    store = import_string(told["BACKEND"])(**told["OPTIONS"])
    assert store.save("a/b", ContentFile(b"1")) == store.save("a/b", ContentFile(b"2")) == "a/b"
    path = tmp_path / "recordings" / "a" / "b"
    assert path.read_bytes() == b"2"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_bucket_is_named_by_settings(monkeypatch: pytest.MonkeyPatch):
    package = ModuleType("storages")
    package.__spec__ = pytest.__spec__
    monkeypatch.setitem(sys.modules, "storages", package)
    options = storage(S3, Path("/nowhere"))["OPTIONS"]
    assert (options["bucket_name"], options["endpoint_url"], options["location"]) == (
        "kept", "https://minio:9000", "browsergrid",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        (replace(S3, s3_bucket=""), "BROWSERGRID_S3_BUCKET"),
        (replace(S3, storage="tape"), "files or s3"),
        (S3, "django-storages"),
    ],
)
def test_what_is_missing_is_named(grid, words: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("browsergrid.settings.recorded.find_spec", lambda _: None)
    with pytest.raises(ImproperlyConfigured, match=words):
        storage(grid, Path("/nowhere"))
