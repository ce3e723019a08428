"""When a serving process looks for garbage that reference counting leaves.

Python's default is to look after every 700 new objects, and at times through all that was ever imported: a fifth of
what opening a connection costs.
"""

import gc

YOUNG = 10_000  # new objects before a look; a connection makes some hundred
OLDER = 20  # looks before one through the survivors of the last


def look_seldom() -> None:
    """Call once, when all is imported: what exists now is never looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLDER)
