"""Examples of the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

SESSION_BODY: dict[str, Any] = {
    "object": "session",
    "id": "ses_06d1k3v7m8s0t2w4y6z8a1c3e5",
    "name": "",
    "state": "claimed",
    "outcome": None,
    "end_reason": None,
    "owner": "usr_06d1k3v7m8s0t2w4y6z8a1c3e5",
    "pool": {"id": None, "name": "default"},
    "browser": "chromium",
    "browser_version": "156.0.7000.0",
    "provider": "local",
    "keep_alive": True,
    "profile": None,
    "viewport": {"width": 1280, "height": 720},
    "metadata": {"order": "42"},
    "record": "none",
    "created_at": "2026-11-21T10:00:00Z",
    "claimed_at": "2026-11-21T10:01:00Z",
    "connected_at": None,
    "ended_at": None,
    "expires_at": "2026-11-21T11:01:00Z",
    "idle_timeout_seconds": 300,
    "clients": 0,
    "duration_seconds": 0.004,
    "active_seconds": 0.0,
    "connect_url": "ws://localhost:8000/sessions/ses_06d1k3v7m8s0t2w4y6z8a1c3e5/connect?ticket=…",
    "live_url": "http://localhost:8000/sessions/ses_06d1k3v7m8s0t2w4y6z8a1c3e5/live?ticket=…",
    "url": "http://localhost:8000/sessions/ses_06d1k3v7m8s0t2w4y6z8a1c3e5/",
}
SESSION = OpenApiExample("A session", SESSION_BODY, response_only=True)
REQUEST = OpenApiExample(
    "With options",
    {"pool": "default", "viewport": {"width": 1280, "height": 720}, "metadata": {"order": "42"}, "timeout": 600},
    request_only=True,
)
CLAIM = OpenApiExample(
    "A place in the queue",
    {"object": "claim", "id": "clm_06d1k3v7m8s0t2w4y6z8a1c3e5", "state": "queued", "position": 3, "session": None},
    response_only=True,
)
EVENTS = OpenApiExample(
    "Events",
    {
        "results": [
            {
                "id": "evt_06d1k3v7m8s0t2w4y6z8a1c3e5",
                "type": "session.claimed",
                "timestamp": "2026-11-21T10:01:00Z",
                "sequence": 4,
                "data": {
                    "session": "ses_06d1k3v7m8s0t2w4y6z8a1c3e5",
                    "state": "claimed",
                    "from": "ready",
                    "to": "claimed",
                },
            }
        ],
        "next": None,
        "previous": None,
    },
    response_only=True,
)
POOL = OpenApiExample(
    "A small pool", {"name": "mine", "min": 1, "max": 2, "max_concurrency": 2, "timeout_minutes": 30}, request_only=True
)
TOKEN = OpenApiExample(
    "For a client that connects", {"name": "crawler", "scopes": ["sessions:connect"]}, request_only=True
)
