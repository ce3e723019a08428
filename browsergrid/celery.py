"""The worker's application: hands work over after commit, runs the table of periodic jobs."""

import os

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "browsergrid.settings.development")

app = Celery("browsergrid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: settings.INSTALLED_APPS)
app.conf.task_queues = None
app.conf.task_default_queue = "celery"


@setup_logging.connect  # type: ignore[untyped-decorator] # celery is untyped
def keep_our_logging(**_: object) -> None:
    """Celery would install its own handlers, which do not redact."""
