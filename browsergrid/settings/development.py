"""One machine: what `make up` runs, and `runserver` with BROWSERGRID_DEBUG=1."""

from browsergrid.settings import env
from browsergrid.settings.base import *  # noqa: F403

DEBUG = env.flag("BROWSERGRID_DEBUG")
