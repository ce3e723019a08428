"""Recorded pages are hostile: what of rrweb's events may reach a player. Pure; no Django.

The frame that rebuilds them has no origin, no network and no script but its own, and would hold without this; this
holds without the frame. What is left out would run (scripts, handlers), load (addresses), lead away (links, refreshes)
or is not needed to look at a page. Frames within pages become shadow trees: see `nodes`.
"""

from apps.recordings.scrub.events import Scrubber

__all__ = ["Scrubber"]
