"""Amounts of bytes in words. Pure."""

UNITS = ("kB", "MB", "GB", "TB")


def in_bytes(number: int) -> str:
    """`0 B`, `840 B`, `1.2 kB`, `35 MB`."""
    if number < 1000:
        return f"{number} B"
    amount = float(number)
    for unit in UNITS:
        amount /= 1000
        if amount < 999.5 or unit == UNITS[-1]:
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
