"""The test suite: fast hashing, plain static files, a database and Redis of its own."""

import os
import tempfile
from pathlib import Path

from browsergrid.settings.base import *  # noqa: F403
from browsergrid.settings.base import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CELERY_TASK_ALWAYS_EAGER = False
if "sqlite" in str(DATABASES["default"]["ENGINE"]):
    # A file, not memory: threads of concurrency tests need connections of their own. One a process: runs do not meet.
    # In /dev/shm where there is one: nothing here needs to reach a disk.
    SHARED = Path("/dev/shm")  # noqa: S108
    FOLDER = SHARED if os.access(SHARED, os.W_OK) else Path(tempfile.gettempdir())
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / f"browsergrid-test-{os.getpid()}.sqlite3")}
