"""What bodies look like, for the OpenAPI document alone: reading and writing is done by the plain functions beside it.

Tests compare every answer with this.
"""

from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as s

from apps.access.permissions import Scope
from apps.events.catalog import EventType
from apps.pools.models import Pool
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import Claim


class Document(s.Serializer[Any]):
    """What all of these are."""


def always(word: str) -> s.CharField:
    """A field with one value, which tells what the object is."""
    kind: type[s.CharField] = type(f"Always{word.title()}", (s.CharField,), {})
    extend_schema_field({"type": "string", "const": word})(kind)
    return kind()


class FieldProblem(Document):
    field = s.CharField()
    detail = s.CharField()


class Problem(Document):
    """RFC 9457."""

    type = s.CharField()
    title = s.CharField()
    status = s.IntegerField()
    detail = s.CharField()
    code = s.CharField(help_text="Stable; what programs compare.")
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment] # the name of a property of DRF's


class Viewport(Document):
    width = s.IntegerField(min_value=100, max_value=7680)
    height = s.IntegerField(min_value=100, max_value=4320)


class PoolOfSession(Document):
    id = s.CharField(allow_null=True, help_text="Null where the pool is not yours to see.")
    name = s.CharField()


class SessionSerializer(Document):
    object = always("session")
    id = s.CharField()
    name = s.CharField(allow_blank=True)
    state = s.ChoiceField([str(state) for state in SessionState])
    outcome = s.ChoiceField([str(outcome) for outcome in Outcome], allow_null=True)
    end_reason = s.ChoiceField([str(reason) for reason in EndReason], allow_null=True)
    owner = s.CharField(allow_null=True)
    pool = PoolOfSession()
    browser = s.CharField()
    browser_version = s.CharField(allow_null=True)
    provider = s.CharField()
    keep_alive = s.BooleanField()
    profile = s.CharField(allow_null=True)
    record = s.ChoiceField(Pool.Recording.values, help_text="What was asked for at the claim.")
    viewport = Viewport()
    metadata = s.DictField(child=s.CharField(allow_blank=True))
    created_at = s.DateTimeField()
    claimed_at = s.DateTimeField(allow_null=True)
    connected_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    expires_at = s.DateTimeField(allow_null=True)
    idle_timeout_seconds = s.IntegerField()
    clients = s.IntegerField()
    duration_seconds = s.FloatField(help_text="From the claim to the end, or to now.")
    active_seconds = s.FloatField(help_text="With at least one client attached.")
    connect_url = s.CharField(
        allow_null=True,
        help_text="Complete by itself. In answers to create, claim and detail alone, for those who may connect.",
    )
    live_url = s.CharField(allow_null=True)
    url = s.CharField(help_text="The page for people.")


class ClaimSerializer(Document):
    """A place in the queue. Each GET keeps it for 15 seconds."""

    object = always("claim")
    id = s.CharField()
    state = s.ChoiceField([str(state) for state in Claim.State.values])
    position = s.IntegerField(allow_null=True)
    session = SessionSerializer(allow_null=True)


class SessionRequest(Document):
    """The same options as the query of /connect."""

    pool = s.CharField(required=False, help_text="Name or id; without it the default pool.")
    name = s.CharField(required=False)
    keep_alive = s.BooleanField(required=False, default=True, help_text="False: the last disconnect ends the session.")
    timeout = s.IntegerField(required=False, help_text="Seconds; at most the pool's.")
    idle_timeout = s.IntegerField(required=False, help_text="Seconds; at most the pool's.")
    metadata = s.DictField(child=s.CharField(allow_blank=True), required=False)
    browser = s.ChoiceField(["chromium"], required=False)
    viewport = Viewport(required=False)
    args = s.ListField(child=s.CharField(), required=False)
    locale = s.CharField(required=False)
    timezone = s.CharField(required=False)
    user_agent = s.CharField(required=False)
    proxy = s.CharField(required=False)
    headless = s.BooleanField(required=False)
    record = s.ChoiceField(Pool.Recording.values, required=False, help_text="Without it the pool's.")


class SessionChange(Document):
    name = s.CharField(required=False, allow_blank=True)
    metadata = s.DictField(child=s.CharField(allow_blank=True), required=False)
    keep_alive = s.BooleanField(required=False)
    timeout = s.IntegerField(required=False, help_text="Seconds from now, within the pool's longest life.")


class Released(Document):
    released = s.IntegerField()


class HostRoot(Document):
    object = always("host_root")
    url = s.CharField(help_text="For Puppeteer's browserURL and chrome-remote-interface.")
    host = s.CharField(help_text="Host and port: Selenium's debuggerAddress.")


class EventSerializer(Document):
    id = s.CharField()
    type = s.ChoiceField([str(event) for event in EventType])
    timestamp = s.DateTimeField()
    sequence = s.IntegerField(allow_null=True, help_text="Of a session's events: from 1, without gaps.")
    data = s.DictField()  # type: ignore[assignment] # the same


class PoolFields(Document):
    name = s.CharField(max_length=60)
    browser = s.ChoiceField(["chromium"], required=False)
    provider = s.CharField(required=False, help_text="Name of a provider configuration.")
    min = s.IntegerField(min_value=0, required=False)
    max = s.IntegerField(min_value=1, required=False)
    max_concurrency = s.IntegerField(min_value=1, required=False)
    max_starting = s.IntegerField(min_value=1, required=False)
    timeout_minutes = s.IntegerField(min_value=1, required=False)
    idle_timeout_seconds = s.IntegerField(min_value=0, required=False)
    per_user_limit = s.IntegerField(min_value=0, required=False, allow_null=True)
    queue_limit = s.IntegerField(min_value=0, required=False)
    queue_timeout_seconds = s.IntegerField(min_value=0, required=False)
    prepared = s.IntegerField(min_value=0, required=False)
    idle_policy = s.ChoiceField(Pool.IdlePolicy.values, required=False)
    hibernate_days = s.IntegerField(min_value=0, required=False)
    viewport = Viewport(required=False)
    launch = s.DictField(required=False, help_text="args, locale, timezone, user_agent of every browser.")
    recording = s.ChoiceField(Pool.Recording.values, required=False)
    logs = s.BooleanField(required=False, help_text="Whether console, network and commands of its sessions are kept.")
    recording_days = s.IntegerField(
        min_value=0, max_value=3650, required=False, allow_null=True, help_text="0: until deleted; null: as everywhere."
    )
    labels = s.DictField(child=s.CharField(allow_blank=True), required=False)


class PoolRequest(PoolFields):
    is_system = s.BooleanField(required=False, help_text="Without an owner; staff alone.")


class PoolSerializer(Document):
    object = always("pool")
    id = s.CharField()
    name = s.CharField()
    owner = s.CharField(allow_null=True)
    browser = s.CharField()
    provider = s.CharField()
    min = s.IntegerField()
    max = s.IntegerField()
    max_concurrency = s.IntegerField()
    max_starting = s.IntegerField()
    timeout_minutes = s.IntegerField()
    idle_timeout_seconds = s.IntegerField()
    per_user_limit = s.IntegerField(allow_null=True)
    queue_limit = s.IntegerField()
    queue_timeout_seconds = s.IntegerField()
    prepared = s.IntegerField()
    idle_policy = s.ChoiceField(Pool.IdlePolicy.values)
    hibernate_days = s.IntegerField()
    viewport = Viewport()
    launch = s.DictField()
    recording = s.ChoiceField(Pool.Recording.values)
    logs = s.BooleanField()
    recording_days = s.IntegerField(allow_null=True)
    labels = s.DictField()
    is_system = s.BooleanField()
    is_default = s.BooleanField()
    paused_at = s.DateTimeField(allow_null=True, help_text="Drained: no new browsers, no new claims.")
    created_at = s.DateTimeField()


class PoolStats(Document):
    ready = s.IntegerField()
    starting = s.IntegerField()
    claimed = s.IntegerField()
    running = s.IntegerField()
    paused = s.IntegerField()
    stopping = s.IntegerField()
    queued = s.IntegerField()
    claims = s.IntegerField(help_text="Claims of the last hour that the latencies are of.")
    claim_p50_seconds = s.FloatField(allow_null=True)
    claim_p99_seconds = s.FloatField(allow_null=True)


class Flushed(Document):
    flushed = s.IntegerField()


class TokenSerializer(Document):
    object = always("token")
    id = s.CharField()
    name = s.CharField()
    start = s.CharField()
    last4 = s.CharField()
    scopes = s.ListField(
        child=s.ChoiceField([str(scope) for scope in Scope]),
        allow_null=True,
        help_text="Null: all that its owner may do.",
    )
    pools = PoolOfSession(many=True, allow_null=True, help_text="The only ones that it serves; null: no such limit.")
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField(allow_null=True)
    last_used_at = s.DateTimeField(allow_null=True)
    revoked_at = s.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    token = s.CharField(help_text="The secret. Never shown again.")


class TokenRequest(Document):
    name = s.CharField(max_length=120)
    scopes = s.ListField(child=s.ChoiceField([str(scope) for scope in Scope]), required=False, allow_null=True)
    expires_at = s.DateTimeField(required=False, allow_null=True)
    pools = s.ListField(
        child=s.CharField(),
        required=False,
        allow_null=True,
        help_text="Names or ids: the only pools that it serves. Such a token claims from them, sees and uses what "
        "belongs to them, and is for nothing else.",
    )


class TokenChange(Document):
    name = s.CharField(max_length=120)


class Limits(Document):
    pools = s.IntegerField(allow_null=True, help_text="Null: no limit.")
    pools_max = s.IntegerField(allow_null=True)
    pools_min = s.IntegerField(allow_null=True)
    claims_per_minute = s.IntegerField()


class Quota(Document):
    measure = s.CharField(help_text="`sessions` at once, `minutes` of today (UTC), `storage_bytes`.")
    used = s.IntegerField()
    limit = s.IntegerField(allow_null=True, help_text="Null: none.")
    team = s.CharField(allow_null=True, help_text="Where it is of a team's members together: its name.")


class Me(Document):
    object = always("user")
    id = s.CharField()
    email = s.CharField()
    name = s.CharField(allow_blank=True)
    is_staff = s.BooleanField()
    credential = s.CharField(help_text="What was shown: an API token's id, or that of a static token or a cookie.")
    scopes = s.ListField(child=s.ChoiceField([str(scope) for scope in Scope]))
    pools = PoolOfSession(many=True, allow_null=True, help_text="The only ones that the token serves.")
    limits = Limits()
    quotas = Quota(many=True)


def page_of(document: type[Document]) -> Document:
    """A page of a list of these."""
    return _page_kind(document)()


@cache
def _page_kind(document: type[Document]) -> type[Document]:
    fields = {
        "results": document(many=True),
        "next": s.CharField(allow_null=True),
        "previous": s.CharField(allow_null=True),
    }
    return type(f"{document.__name__.removesuffix('Serializer')}Page", (Document,), fields)
