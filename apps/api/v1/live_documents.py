"""What bodies about watching and taking over look like, for the OpenAPI document alone."""

from typing import Any

from rest_framework import serializers as s

from apps.api.v1.documents import Document, always
from apps.sessions.takeover import MOST_SECONDS, USUAL_SECONDS, Ending
from apps.sessions.viewing import MOST_ORIGINS
from apps.sessions.viewing import USUAL_SECONDS as USUAL_TTL


class LiveRequest(Document):
    interactive = s.BooleanField(required=False, default=False, help_text="Who holds the address may also act.")
    ttl = s.IntegerField(required=False, default=USUAL_TTL, help_text="Seconds until it opens nothing any more.")
    origins = s.ListField(
        child=s.CharField(),
        required=False,
        max_length=MOST_ORIGINS,
        help_text="Sites whose pages may frame it, such as https://app.example.com. None by default.",
    )


class LiveSerializer(Document):
    object = always("live")
    id = s.CharField()
    interactive = s.BooleanField()
    origins = s.ListField(child=s.CharField())
    expires_at = s.DateTimeField()
    url = s.CharField(allow_null=True, help_text="The page, with its ticket. Told once, when it is made.")
    socket_url = s.CharField(allow_null=True, help_text="What the page connects to: frames and facts.")


class TakeoverRequest(Document):
    reason = s.CharField(required=False, allow_blank=True, max_length=200)
    timeout = s.IntegerField(required=False, default=USUAL_SECONDS, min_value=1, max_value=MOST_SECONDS)


class TakeoverSerializer(Document):
    object = always("takeover")
    id = s.CharField()
    state = s.ChoiceField(["requested", "held", "finished"])
    reason = s.CharField(allow_blank=True)
    by = s.CharField(allow_null=True, help_text="The person who holds, or held, control.")
    requested_at = s.DateTimeField(allow_null=True)
    started_at = s.DateTimeField(allow_null=True)
    expires_at = s.DateTimeField(allow_null=True)
    ending = s.ChoiceField([str(ending) for ending in Ending], allow_null=True)


REQUESTED: dict[str, Any] = {"reason": "A code was sent to your phone.", "timeout": 300}
