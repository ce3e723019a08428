"""Sessions of everybody, read-only; ending them by force is the one thing that may be done."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.acts import Act
from apps.access.admin import GridAdmin
from apps.access.admin_grants import GrantAdmin
from apps.access.admin_lists import people_called
from apps.core.identifiers import decode
from apps.pools.admin import PoolAdmin
from apps.pools.models import Pool
from apps.sessions.lifecycle import IN_USE, LIVE, EndReason, SessionState
from apps.sessions.models import BrowserSession, SessionPersonGrant, SessionTeamGrant
from apps.sessions.pool_acts import POOL_ACTS
from apps.sessions.services import stop_session

admin.site.register([SessionPersonGrant, SessionTeamGrant], GrantAdmin)
PoolAdmin.acts = POOL_ACTS  # some end sessions, which are above pools

PEOPLES = "theirs"
GROUPS = {"live": ("Live", sorted(LIVE)), "in_use": ("In use", sorted(IN_USE))}


def _release(session: BrowserSession, actor: Actor) -> str | bool:
    if not stop_session(session, actor=actor, reason=EndReason.ADMIN):
        return False
    return f"{session.public_id} was asked to end; its owner reads that an administrator ended it."


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        groups = [(name, label) for name, (label, _) in GROUPS.items()]
        return [*groups, *((state.value, state.value) for state in SessionState)]

    def queryset(self, request: Any, queryset: QuerySet[BrowserSession]) -> QuerySet[BrowserSession]:
        wanted = self.value()
        if wanted is None:
            return queryset
        return queryset.filter(state__in=GROUPS[wanted][1]) if wanted in GROUPS else queryset.filter(state=wanted)


class SystemPoolFilter(admin.SimpleListFilter):
    """System pools by name, people's all together: there may be thousands of these."""

    title = "pool"
    parameter_name = "in"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        pools = Pool.current.filter(owner=None).order_by("-is_default", "name").values_list("pk", "name")[:50]
        return [*((str(key), name) for key, name in pools), (PEOPLES, "Pools of people")]

    def queryset(self, request: Any, queryset: QuerySet[BrowserSession]) -> QuerySet[BrowserSession]:
        wanted = self.value()
        known = {key for key, _ in self.lookup_choices}
        if wanted is None or wanted not in known:
            return queryset
        return queryset.filter(pool__owner__isnull=False) if wanted == PEOPLES else queryset.filter(pool=UUID(wanted))


class EndReasonFilter(admin.SimpleListFilter):
    title = "end reason"
    parameter_name = "ended_by"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(reason.value, reason.value) for reason in EndReason]

    def queryset(self, request: Any, queryset: QuerySet[BrowserSession]) -> QuerySet[BrowserSession]:
        return queryset.filter(end_reason=self.value()) if self.value() in set(EndReason) else queryset


@admin.register(BrowserSession)
class BrowserSessionAdmin(GridAdmin):
    list_display = ("ident", "state", "pool", "owner", "node", "created_at", "claimed_at", "ended_at", "end_reason")
    list_filter = (StateFilter, SystemPoolFilter, EndReasonFilter)
    list_select_related = ("pool", "owner", "node")
    search_fields = ("id",)
    search_help_text = "A full id (ses_…), the beginning of its owner's address, or its exact name."
    ordering = ("-id",)
    exclude = ("launch", "claimed_from")  # a proxy's address stands in the one; the other is the owner's
    acts = (
        Act(
            "release",
            "Release by force",
            "Its clients are disconnected and its browser is closed. The owner reads that an administrator ended it.",
            _release,
            is_grave=True,
            offered=lambda session: not session.is_ended and session.stop_requested_at is None,
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BrowserSession], search_term: str
    ) -> tuple[QuerySet[BrowserSession], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        if key := decode(BrowserSession.prefix, text):
            return queryset.filter(pk=key), False
        if people := people_called(text):
            return queryset.filter(owner__in=people), False
        return queryset.filter(name=text), False
