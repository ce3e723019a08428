"""The player's files that are built from npm's packages: there only where set-up found Node."""

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

COMMAND = "./setup.sh run"  # builds them


def built(name: str) -> str:
    """The address of that file, or an empty string where it was not built."""
    path = f"player/built/{name}"
    if finders.find(path) is None:
        return ""
    try:
        return staticfiles_storage.url(path)
    except ValueError:  # built after the files were collected; the next start collects them
        return ""
