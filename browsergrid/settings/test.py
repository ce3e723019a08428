"""The test suite: fast hashing, plain static files, a database and Redis of its own."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from browsergrid.settings.base import *  # noqa: F403
from browsergrid.settings.base import DATABASES, GRID, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "recordings": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # whether or not somebody has collected them
# Tests ask as fast as they can; those of the limits set their own. What the shell lets browsers reach is not theirs.
PLENTY = 100_000
GRID = replace(
    GRID,
    read_rate=PLENTY,
    read_rate_ip=PLENTY,
    write_rate=PLENTY,
    write_rate_ip=PLENTY,
    stranger_rate_ip=PLENTY,
    egress_allow=(),
)
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CELERY_TASK_ALWAYS_EAGER = False
if "sqlite" in str(DATABASES["default"]["ENGINE"]):
    # A file, not memory: threads of concurrency tests need connections of their own. One a run: runs do not meet.
    # In /dev/shm where there is one: nothing here needs to reach a disk.
    SHARED = Path("/dev/shm")  # noqa: S108
    FOLDER = SHARED if os.access(SHARED, os.W_OK) else Path(tempfile.gettempdir())
    RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", os.getpid())
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / f"browsergrid-test-{RUN}.sqlite3")}
