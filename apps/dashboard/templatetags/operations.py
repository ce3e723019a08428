"""Tags that put the product's own pieces into the administration: acts of a row, strips of pools, what needs a look."""

from typing import Any

from django import template
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from apps.access.admin_acts import Acting
from apps.core import clock
from apps.dashboard.asking import actor_of
from apps.dashboard.operations import Operations, operations
from apps.dashboard.pools import one_card
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

register = template.Library()


@register.simple_tag(takes_context=True)
def acts_for(context: dict[str, Any], model_admin: "ModelAdmin[Any]", row: Model | None) -> list[dict[str, Any]]:
    """The acts of that row, each with its address."""
    if row is None or not isinstance(model_admin, Acting):
        return []
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_act"  # noqa: SLF001 - Django's documented name
    return [
        {
            "label": act.label,
            "consequence": act.consequence,
            "is_grave": act.is_grave,
            "url": reverse(name, args=[row.pk, act.name]),
        }
        for act in model_admin.acts_for(context["request"], row)
    ]


@register.simple_tag(takes_context=True)
def admin_panel(context: dict[str, Any], row: Model | None) -> SafeString:
    """Above the form: the strip of a pool, the way to a session's own page."""
    request: HttpRequest = context["request"]
    actor = actor_of(request)
    if isinstance(row, Pool):
        card = one_card(row, actor, clock.now())
        return mark_safe(render_to_string("admin/pool_strip.html", {"card": card}, request))  # noqa: S308 - a template's
    if isinstance(row, BrowserSession):
        url = reverse("dashboard:sessions-one", args=[row.public_id])
        return mark_safe(render_to_string("admin/session_link.html", {"url": url}, request))  # noqa: S308
    return SafeString("")


@register.simple_tag(takes_context=True)
def operations_now(context: dict[str, Any]) -> Operations:
    """For the home page of the administration."""
    return operations(actor_of(context["request"]), clock.now())
