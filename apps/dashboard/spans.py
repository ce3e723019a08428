"""Spans of time in words and on a clock face. Pure."""


def clock_face(seconds: float) -> str:
    """`0:09`, `12:30`, `1:02:03`; the same as clock.js draws."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def in_words(seconds: float) -> str:
    """`10 seconds`, `5 minutes`, `1 hour 30 minutes`."""
    whole = max(0, round(seconds))
    days, hours, minutes, rest = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (rest, "second")]
    said = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in parts if number]
    return " ".join(said[:2]) or "0 seconds"


def ago(seconds: float) -> str:
    """`now`, `40 s ago`, `3 min ago`, `in 2 h`; the same as clock.js draws."""
    amount = abs(seconds)
    if amount < 5:
        return "now"
    for size, unit in ((60, "s"), (60, "min"), (24, "h"), (100_000, "d")):
        if amount < size:
            return f"in {round(amount)} {unit}" if seconds < 0 else f"{int(amount)} {unit} ago"
        amount /= size
    return "long ago"


def offset(seconds: float) -> str:
    """A distance on a timeline: `+0.12 s`, `+8.4 s`, `+2:05`."""
    if seconds < 1:
        return f"+{max(seconds, 0):.2f} s"
    return f"+{seconds:.1f} s" if seconds < 60 else f"+{clock_face(seconds)}"


def took(seconds: float) -> str:
    """A duration as one compares it: `0.4 ms`, `12 ms`, `1.25 s`, `2:05`."""
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 60 else clock_face(seconds)
