"""The page of `BrowserGrid.*` commands, which is written by hand, and those that are answered."""

import re
from pathlib import Path

from apps.gateway import live_methods, methods, recording_methods
from browsergrid.settings import env

PAGE = Path(env.BASE_DIR) / "docs" / "reference" / "cdp-commands.md"


def test_every_command_has_its_row():
    rows = set(re.findall(r"^\| `(BrowserGrid\.\w+)`", PAGE.read_text(), re.MULTILINE))
    assert rows == set(methods._handlers) | {live_methods.STARTED, live_methods.FINISHED}
    assert {handler.__module__ for handler in methods._handlers.values()} >= {recording_methods.__name__}
