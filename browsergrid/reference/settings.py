"""Every environment variable with its default and meaning: for `manage.py settings` and docs/reference/settings.md."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from browsergrid.settings import env
from browsergrid.settings.grid import Grid, variable_of
from browsergrid.settings.surroundings import SURROUNDINGS

_SECRET_KNOBS = {"admin_password", "user_password", "static_tokens"}


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    default: str
    doc: str
    is_secret: bool

    @property
    def shown_value(self) -> str:
        """What the environment says; a secret only as being set."""
        value = env.text(self.name)
        return "(set)" if value and self.is_secret else value


def listed() -> Iterator[Listed]:
    for variable in SURROUNDINGS:
        yield Listed(variable.name, variable.default, variable.doc, variable.is_secret)
    for knob in fields(Grid):
        yield Listed(variable_of(knob), _default(knob.default), knob.metadata["doc"], knob.name in _SECRET_KNOBS)


def page() -> str:
    rows = [f"| `{item.name}` | {_cell(item.default)} | {item.doc.replace('|', chr(92) + '|')} |" for item in listed()]
    return "\n".join(
        [
            "# Settings",
            "",
            "Environment variables, read once at start. `make` reads `.env` too; a variable that is set wins over it.",
            "`manage.py settings` prints this list with what is set now. `<data>` is the data directory.",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cell(text: str) -> str:
    return f"`{text}`" if text and " " not in text else text
