"""Where recorded bytes lie, as Django's STORAGES wants it told."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from browsergrid.settings.grid import Grid


def storage(grid: Grid, data_dir: Path) -> dict[str, Any]:
    """The bucket's credentials are boto3's own business: its variables, its files or the machine's role."""
    if grid.storage == "files":
        options = {"location": data_dir / "recordings", "file_permissions_mode": 0o600}
        folders = {"directory_permissions_mode": 0o700, "allow_overwrite": True}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {**options, **folders}}
    if grid.storage != "s3":
        raise ImproperlyConfigured("BROWSERGRID_STORAGE must be files or s3.")
    if not grid.s3_bucket:
        raise ImproperlyConfigured("BROWSERGRID_STORAGE=s3 needs BROWSERGRID_S3_BUCKET.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured('BROWSERGRID_STORAGE=s3 needs a package: pip install "django-storages[s3]".')
    wanted = {
        "bucket_name": grid.s3_bucket,
        "endpoint_url": grid.s3_endpoint or None,
        "region_name": grid.s3_region or None,
        "location": grid.s3_prefix,
        "default_acl": None,
        "file_overwrite": True,
    }
    return {"BACKEND": "apps.recordings.bucket.BucketStorage", "OPTIONS": wanted}
