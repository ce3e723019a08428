"""The panel that says who else has a thing: `{% sharing "sessions" session %}` on any page that shows one."""

from typing import Any

from django import template

from apps.core.models import Identified
from apps.dashboard.asking import actor_of
from apps.dashboard.sharing import sharing_of

register = template.Library()


@register.inclusion_tag("dashboard/share/panel.html", takes_context=True)
def sharing(context: dict[str, Any], kind: str, thing: Identified) -> dict[str, Any]:
    found = sharing_of(kind, thing, actor_of(context["request"]))
    can_transfer = kind == "sessions" and found.can_share and not getattr(thing, "is_ended", True)
    return {"sharing": found, "can_transfer": can_transfer}
