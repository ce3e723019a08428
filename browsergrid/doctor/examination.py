"""All findings, in the order in which one would mend them."""

from collections.abc import Iterator

from django.conf import settings

from browsergrid.doctor import installation, machine
from browsergrid.doctor.finding import Finding
from browsergrid.settings import env


def examine() -> Iterator[Finding]:
    data_dir = env.data_dir()
    yield machine.python()
    yield machine.sqlite()
    yield from machine.browsers(env.text("BROWSERGRID_NODE_CHROMIUM"))
    yield machine.disk(data_dir)
    yield installation.data_directory(data_dir)
    yield installation.redis_there(settings.REDIS_URL, is_ours=not env.text("REDIS_URL"))
    yield from installation.database()
    yield installation.port()
