"""How times and absent values look in JSON."""

from datetime import UTC, datetime
from typing import overload


@overload
def moment(value: datetime) -> str: ...
@overload
def moment(value: None) -> None: ...
@overload
def moment(value: datetime | None) -> str | None: ...
def moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def said(value: str) -> str | None:
    """An empty text is nothing."""
    return value or None
