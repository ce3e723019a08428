"""Who did what, newest first. Staff read all of it, everybody else what they did and what was done to their account."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.actor import Actor
from apps.api.endpoint import Endpoint, query_of
from apps.api.filters import moment_of
from apps.api.pagination import page_of
from apps.api.schema import PAGING, problems
from apps.api.v1.documents import Document, always
from apps.api.v1.documents import page_of as page_document
from apps.api.v1.moments import moment, said
from apps.audit.actions import Action
from apps.audit.models import Entry
from apps.audit.queries import Wanted, narrowed, shows_address, visible_entries
from apps.core.errors import Invalid


class AuditEntrySerializer(Document):
    object = always("audit_entry")
    id = s.CharField()
    timestamp = s.DateTimeField()
    action = s.ChoiceField([str(action) for action in Action])
    person = s.CharField(allow_null=True, help_text="Who did it; null where nobody was signed in.")
    credential = s.CharField(allow_null=True, help_text="The name of what was shown, never the secret.")
    address = s.CharField(allow_null=True)
    kind = s.CharField(allow_null=True)
    thing = s.CharField(allow_null=True, help_text="What it was done to, by public id.")
    before = s.DictField(allow_null=True, help_text="What differed; secrets as hashes.")
    after = s.DictField(allow_null=True)


FILTERS = [
    OpenApiParameter("action", {"type": "string", "enum": [str(action) for action in Action]}),
    OpenApiParameter("person", str, description="Who did it: `usr_…` or an e-mail address."),
    OpenApiParameter("thing", str, description="What it was done to: a public id such as `pool_…`."),
    OpenApiParameter("since", {"type": "string", "format": "date-time"}),
    OpenApiParameter("until", {"type": "string", "format": "date-time"}),
]


class Audit(Endpoint):
    @extend_schema(
        operation_id="audit_list",
        tags=["audit"],
        summary="Who did what, newest first; of everybody for staff alone",
        parameters=[*PAGING, *FILTERS],
        responses={200: OpenApiResponse(page_document(AuditEntrySerializer)), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        actor = self.actor
        page = page_of(narrowed(visible_entries(actor), wanted(request)), request)
        return Response(page.as_json(lambda entry: entry_json(entry, actor)))


def wanted(request: Request) -> Wanted:
    action = query_of(request, "action")
    if action and action not in set(Action):
        raise Invalid("invalid", "action: There is no such action.", fields={"action": "There is no such value."})
    return Wanted(
        action=action,
        person=query_of(request, "person"),
        thing=query_of(request, "thing"),
        since=moment_of(request, "since"),
        until=moment_of(request, "until"),
    )


def entry_json(entry: Entry, actor: Actor) -> dict[str, Any]:
    return {
        "object": "audit_entry",
        "id": entry.public_id,
        "timestamp": moment(entry.at),
        "action": entry.action,
        "person": said(entry.person_public_id),
        "credential": said(entry.credential) if shows_address(entry, actor) else None,
        "address": said(entry.address) if shows_address(entry, actor) else None,
        "kind": said(entry.kind),
        "thing": said(entry.thing),
        "before": entry.before,
        "after": entry.after,
    }
