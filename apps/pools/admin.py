"""System pools, and the provider configurations that pools name. What is saved goes through the services."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from apps.access.admin import GridAdmin
from apps.access.admin_grants import GrantAdmin
from apps.access.callers import signed_in
from apps.pools import configurations
from apps.pools.admin_forms import PoolAdminForm, ProviderAdminForm
from apps.pools.models import Pool, PoolPersonGrant, PoolTeamGrant, ProviderConfiguration
from apps.pools.services import CHANGEABLE, change_pool, create_pool, delete_pool

admin.site.register([PoolPersonGrant, PoolTeamGrant], GrantAdmin)


@admin.register(ProviderConfiguration)
class ProviderConfigurationAdmin(GridAdmin):
    """One that a pool names cannot be deleted. Its name stays: nodes are found by it."""

    form = ProviderAdminForm
    may_add = may_change = may_delete = True
    list_display = ("name", "kind", "open_to_users")
    search_fields = ("name",)
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("name", "kind") if obj is not None else ()

    def save_model(  # type: ignore[override]
        self,
        request: HttpRequest,
        obj: ProviderConfiguration,
        form: "ModelForm[ProviderConfiguration]",
        change: bool,  # noqa: FBT001
    ) -> None:
        actor, wanted = signed_in(request), form.cleaned_data
        fields = {name: wanted[name] for name in configurations.CHANGEABLE if name in form.changed_data}
        if change:
            configurations.change_configuration(obj, actor=actor, fields=fields)
            return
        made = configurations.create_configuration(actor=actor, name=wanted["name"], kind=wanted["kind"], fields=fields)
        obj.pk = made.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: ProviderConfiguration) -> None:  # type: ignore[override]
        configurations.delete_configuration(obj, actor=signed_in(request))


class OwnerFilter(admin.SimpleListFilter):
    title = "owner"
    parameter_name = "of"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("system", "System pools"), ("people", "Pools of people")]

    def queryset(self, request: Any, queryset: QuerySet[Pool]) -> QuerySet[Pool]:
        if self.value() not in {"system", "people"}:
            return queryset
        return queryset.filter(owner__isnull=self.value() == "system")


@admin.register(Pool)
class PoolAdmin(GridAdmin):
    """A pool that is made here is the system's; those of people are theirs, and are shown with their owner.

    What may be done to a whole pool is in `apps.sessions.pool_acts`: it ends sessions, which are above pools.
    """

    form = PoolAdminForm
    may_add = may_change = may_delete = True
    list_display = ("name", "owner", "provider", "in_use", "ready", "alive", "sizes", "is_default", "is_paused")
    list_filter = (OwnerFilter, "provider")
    list_select_related = ("owner", "provider", "counter")
    search_fields = ("name", "owner__email")
    readonly_fields = ("owner", "is_default", "paused_at")
    fieldsets = (
        (None, {"fields": ("name", "owner", "is_default", "provider", "browser", "paused_at")}),
        ("Size", {"fields": ("min", "max", "max_concurrency", "max_starting", "prepared")}),
        ("Limits", {"fields": ("timeout_minutes", "idle_timeout_seconds", "per_user_limit")}),
        ("Queue", {"fields": ("queue_limit", "queue_timeout_seconds")}),
        ("Browsers", {"fields": ("viewport_width", "viewport_height", "launch", "labels")}),
        ("Idle and recording", {"fields": ("idle_policy", "hibernate_days", "recording", "logs", "recording_days")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pool]:
        return Pool.current.all()

    def get_ordering(self, request: HttpRequest) -> Any:
        """The system's first, on every database."""
        return (F("owner").asc(nulls_first=True), "-is_default", "name")

    @admin.display(description="in use", ordering="counter__in_use")
    def in_use(self, pool: Pool) -> str:
        return f"{pool.counter.in_use} of {min(pool.max_concurrency, pool.max)}"

    @admin.display(description="ready", ordering="counter__ready")
    def ready(self, pool: Pool) -> int:
        return pool.counter.ready

    @admin.display(description="alive", ordering="counter__alive")
    def alive(self, pool: Pool) -> int:
        return pool.counter.alive

    @admin.display(description="min – max")
    def sizes(self, pool: Pool) -> str:
        return f"{pool.min} – {pool.max}"

    @admin.display(boolean=True, description="open", ordering="paused_at")
    def is_paused(self, pool: Pool) -> bool:
        return pool.paused_at is None

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_default = isinstance(obj, Pool) and obj.is_default
        return not is_default and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Pool, form: "ModelForm[Pool]", change: bool) -> None:  # type: ignore[override] # noqa: FBT001 - Django's signature
        actor, wanted = signed_in(request), form.cleaned_data
        fields = {name: wanted[name] for name in CHANGEABLE if name in form.changed_data}
        provider = wanted["provider"].name
        if change:
            change_pool(obj, actor=actor, fields=fields, provider=provider)
            return
        made = create_pool(actor=actor, fields=fields, provider=provider, system=True)
        obj.pk = made.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Pool) -> None:  # type: ignore[override]
        delete_pool(obj, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Pool]) -> None:
        for pool in queryset.filter(is_default=False):
            delete_pool(pool, actor=signed_in(request))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Rows stay for the sessions that are told of, so nothing else goes with a pool."""
        names = [str(pool) for pool in objs]
        return names, {"pools": len(names)}, set(), []
