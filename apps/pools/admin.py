"""System pools, and the provider configurations that pools name. What is saved goes through the services."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from apps.access.admin import GridAdmin, actor_of
from apps.pools.models import Pool, ProviderConfiguration
from apps.pools.services import CHANGEABLE, change_pool, create_pool, delete_pool, pause_pool, resume_pool


@admin.register(ProviderConfiguration)
class ProviderConfigurationAdmin(GridAdmin):
    """One that a pool names cannot be deleted."""

    may_add = may_change = may_delete = True
    list_display = ("name", "kind", "open_to_users")
    ordering = ("name",)


@admin.register(Pool)
class PoolAdmin(GridAdmin):
    """A pool that is made here is the system's; those of people are theirs, and are shown with their owner."""

    may_add = may_change = may_delete = True
    list_display = ("name", "owner", "provider", "is_default", "min", "max", "max_concurrency", "paused_at")
    list_filter = ("provider", "is_default")
    list_select_related = ("owner", "provider")
    search_fields = ("name", "owner__email")
    ordering = ("-is_default", "name")
    readonly_fields = ("owner", "is_default", "paused_at")
    actions = ("drain", "undrain")
    fieldsets = (
        (None, {"fields": ("name", "owner", "is_default", "provider", "browser", "paused_at")}),
        ("Size", {"fields": ("min", "max", "max_concurrency", "max_starting", "prepared")}),
        ("Limits", {"fields": ("timeout_minutes", "idle_timeout_seconds", "per_user_limit")}),
        ("Queue", {"fields": ("queue_limit", "queue_timeout_seconds")}),
        ("Browsers", {"fields": ("viewport_width", "viewport_height", "launch", "labels")}),
        ("Idle and recording", {"fields": ("idle_policy", "hibernate_days", "recording")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pool]:
        return Pool.current.all()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_default = isinstance(obj, Pool) and obj.is_default
        return not is_default and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Pool, form: "ModelForm[Pool]", change: bool) -> None:  # noqa: FBT001 - Django's signature
        actor, wanted = actor_of(request), form.cleaned_data
        fields = {name: wanted[name] for name in CHANGEABLE if name in form.changed_data}
        provider = wanted["provider"].name
        if change:
            change_pool(obj, actor=actor, fields=fields, provider=provider)
            return
        made = create_pool(actor=actor, fields=fields, provider=provider, system=True)
        obj.pk = made.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Pool) -> None:
        delete_pool(obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Pool]) -> None:
        for pool in queryset.filter(is_default=False):
            delete_pool(pool, actor=actor_of(request))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Rows stay for the sessions that are told of, so nothing else goes with a pool."""
        names = [str(pool) for pool in objs]
        return names, {"pools": len(names)}, set(), []

    @admin.action(description="Drain: no new browsers, no new claims")
    def drain(self, request: HttpRequest, queryset: QuerySet[Pool]) -> None:
        for pool in queryset:
            pause_pool(pool, actor=actor_of(request))
        messages.success(request, "Drained.")

    @admin.action(description="End the drain")
    def undrain(self, request: HttpRequest, queryset: QuerySet[Pool]) -> None:
        for pool in queryset:
            resume_pool(pool, actor=actor_of(request))
        messages.success(request, "Open again.")
