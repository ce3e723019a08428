"""The chores of `up`: database, static files, first people. Each may be repeated and does nothing the second time."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections

from apps.access.actor import Actor
from apps.accounts.services import first_people
from apps.tokens.services import issue_token
from browsergrid.supervisor.greeting import Newcomer


def migrate_database() -> None:
    """Always through `migrate`: it also puts the database's own guards back in force."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connections.close_all()


def collect_static_files() -> None:
    """Only when a source changed: compressing them all costs seconds."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    current = static_fingerprint()
    if stamp.is_file() and stamp.read_text() == current:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(current)


def static_fingerprint() -> str:
    found = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            found.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return found.hexdigest()


def make_first_people() -> tuple[Newcomer, ...]:
    """The first administrator and the first ordinary user with a token; only those who were made just now."""
    try:
        admin, user = first_people()
        newcomers = []
        if admin:
            shown = "" if settings.GRID.admin_password else admin.password
            newcomers.append(Newcomer("admin", admin.user.email, shown))
        if user:
            shown = "" if settings.GRID.user_password else user.password
            _, token = issue_token(actor=Actor(user=user.user, credential="setup"), name="First token")
            newcomers.append(Newcomer("user", user.user.email, shown, token))
        return tuple(newcomers)
    finally:
        connections.close_all()
