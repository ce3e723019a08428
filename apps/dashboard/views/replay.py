"""The player of one session's recording, and the sandbox in which recorded pages are rebuilt.

Recorded pages are hostile. Their events are scrubbed before they are served (apps/recordings/scrub), and they are
rebuilt in a document of its own that has no origin: neither this site's cookies nor its pages are in its reach, it
loads nothing, and runs the one script that is named by a nonce. Each of the two would do without the other.
"""

import secrets

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.core.errors import NotFound
from apps.core.identifiers import decode
from apps.dashboard.asking import actor_of
from apps.dashboard.player import COMMAND, built
from apps.dashboard.rows import session_rows
from apps.dashboard.views.page import page
from apps.recordings.queries import latest_pictures
from apps.sessions.models import BrowserSession
from apps.sessions.queries import visible_sessions, with_clients

SANDBOX = (
    "sandbox allow-scripts; default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

MAY = {"frame-src": ["'self'"], "media-src": ["'self'", "blob:"]}  # the sandbox, and films of ours and of this window
LANES = (  # name, label, icon; as static/player/js/track.js draws them
    ("navigation", "Pages", "navigate"),
    ("clicks", "Clicks", "click"),
    ("typing", "Typing", "keys"),
    ("console", "Console", "console"),
    ("network", "Network", "network"),
    ("errors", "Errors", "warn"),
    ("marks", "Marks", "mark"),
)
BACKDROPS = (  # as static/player/js/backdrops.js paints them
    ("lagoon", "Lagoon"),
    ("dusk", "Dusk"),
    ("ember", "Ember"),
    ("meadow", "Meadow"),
    ("mist", "Mist"),
    ("graphite", "Graphite"),
    ("none", "None"),
)


@page
@require_GET
def replay(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    """What happened is asked for by the player itself (`track.json`)."""
    actor = actor_of(request)
    key = decode(BrowserSession.prefix, id)
    row = with_clients(visible_sessions(actor).filter(pk=key)).first() if key else None
    if row is None:
        raise NotFound
    context = {
        "session": session_rows([row], actor)[0],
        "is_recorded": latest_pictures(row).exists(),
        "has_frame": bool(built("frame.js")),
        "muxer": built("muxer.js"),
        "command": COMMAND,
        "lanes": LANES,
        "backdrops": BACKDROPS,
    }
    response = render(request, "dashboard/replay/page.html", context)
    csp_update(MAY)(lambda _: response)(request)  # notes it on the response, for the middleware
    return response


@page
@require_GET
def frame(request: HttpRequest) -> HttpResponse:
    """The empty sandbox; the player hands it the events. It knows nothing that is anybody's own."""
    nonce = secrets.token_urlsafe(16)
    response = render(request, "dashboard/replay/frame.html", {"script": built("frame.js"), "nonce": nonce})
    response["Content-Security-Policy"] = SANDBOX.format(nonce=nonce)
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
