"""What was used, by day, and how far the quotas reach."""

from datetime import datetime, timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.api.endpoint import Endpoint, number_of
from apps.api.schema import problems
from apps.api.v1.documents import Document, Quota, always
from apps.api.v1.moments import moment
from apps.core import clock
from apps.core.errors import Unauthenticated
from apps.sessions.usage import day_of
from apps.statistics.days import by_day, total
from apps.statistics.meters import standing
from apps.statistics.queries import usage_of
from apps.statistics.use import Use

USUAL_DAYS, MOST_DAYS = 30, 90
DAYS = OpenApiParameter(
    "days", {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "default": USUAL_DAYS}, description="Days of UTC."
)


class UseSerializer(Document):
    sessions = s.IntegerField(help_text="In use at some time.")
    claims = s.IntegerField()
    errors = s.IntegerField(help_text="Sessions that ended in `error`.")  # type: ignore[assignment] # a name of DRF's
    active_seconds = s.FloatField(help_text="With a client attached.")
    idle_seconds = s.FloatField(help_text="Claimed, without one.")
    bytes = s.IntegerField(help_text="Both ways over CDP, counted when the session ends.")


class DayOfUseSerializer(UseSerializer):
    day = s.DateField()


class UsageSerializer(Document):
    object = always("usage")
    owner = s.CharField()
    since = s.DateTimeField()
    until = s.DateTimeField()
    days = DayOfUseSerializer(many=True)
    total = UseSerializer()
    quotas = Quota(many=True)


class Usage(Endpoint):
    @extend_schema(
        operation_id="usage",
        tags=["usage"],
        summary="What you used, by day, and your quotas",
        parameters=[DAYS],
        responses={200: UsageSerializer, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        actor, now = self.actor, clock.now()
        if actor.user is None:
            raise Unauthenticated
        days = number_of(request, "days", usual=USUAL_DAYS, least=1, most=MOST_DAYS)
        since = day_of(now) - timedelta(days=days - 1)
        hours = usage_of(actor, since, now)
        return Response(
            {
                "object": "usage",
                "owner": actor.user.public_id,
                "since": moment(since),
                "until": moment(now),
                "days": [{"day": f"{day}", **use_json(use)} for day, use in by_day(hours, since.date(), now.date())],
                "total": use_json(total(hours)),
                "quotas": quotas_json(actor.user, now),
            }
        )


def quotas_json(user: User, now: datetime) -> list[dict[str, Any]]:
    return [
        {"measure": str(meter.measure), "used": meter.used, "limit": meter.limit, "team": meter.team or None}
        for meter in standing(user, now).meters
    ]


def use_json(use: Use) -> dict[str, Any]:
    return {
        "sessions": use.sessions,
        "claims": use.claims,
        "errors": use.errors,
        "active_seconds": round(use.active_seconds, 1),
        "idle_seconds": round(use.idle_seconds, 1),
        "bytes": use.bytes,
    }
