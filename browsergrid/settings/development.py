"""One machine: what `make up` runs, and `runserver` with BROWSERGRID_DEBUG=1."""

from browsergrid.settings import env
from browsergrid.settings.base import *  # noqa: F403
from browsergrid.settings.base import STORAGES

DEBUG = env.flag("BROWSERGRID_DEBUG")
# Compressing takes half a minute and gains nothing on one machine; hashed names stay, and with them the caching.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
