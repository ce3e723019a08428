"""Names of files as sites suggest and people give them → names that are safe to show, to save under and to send. Pure.

No name is ever a path here: what has a slash in it is cut to its last part, or refused.
"""

import unicodedata
from collections.abc import Container
from itertools import count

LONGEST = 180  # bytes; file systems take 255, and a number may be added

_FORBIDDEN = set('/\\:*?"<>|')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, direction and unassigned characters
_NOT_FOR_WINDOWS = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


def safe_name(suggested: str) -> str:
    """Never empty, never hidden, one component; equal to what it was given where that was fine already."""
    text = unicodedata.normalize("NFC", suggested.replace("\\", "/").rpartition("/")[2])
    text = "".join("_" if character in _FORBIDDEN else character for character in text if _is_seen(character))
    text = _shortened(" ".join(text.split()).strip(" ."))
    if text.partition(".")[0].lower() in _NOT_FOR_WINDOWS:
        text = f"_{text}"
    return text or "file"


def free_name(suggested: str, taken: Container[str]) -> str:
    """A safe one that is not taken: report.pdf, report (1).pdf, …"""
    name = safe_name(suggested)
    if name not in taken:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    return next(each for number in count(1) if (each := f"{stem} ({number}){dot}{extension}") not in taken)


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN


def _shortened(text: str) -> str:
    """Its extension stays, as far as it is one."""
    if len(text.encode()) <= LONGEST:
        return text
    stem, dot, extension = text.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, dot, extension = text, "", ""
    room = LONGEST - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + extension
