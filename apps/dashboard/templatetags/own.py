"""The list beside the pages of one's own settings, allauth's among them, which know nothing of our views."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.conf import settings

from apps.accounts.models import User
from apps.accounts.second_factor import is_missing
from apps.dashboard.navigation import Place
from apps.dashboard.own_places import own_places

register = template.Library()


@register.simple_tag(takes_context=True)
def settings_places(context: dict[str, Any]) -> Iterator[Place]:
    return own_places(context["request"])


@register.simple_tag(takes_context=True)
def needs_second_factor(context: dict[str, Any]) -> bool:
    """Whether nothing but its set-up opens."""
    user = context["request"].user
    return isinstance(user, User) and is_missing(user)


@register.simple_tag
def sign_up_mode() -> str:
    """Who may make an account: `open`, `invitation` or `closed`."""
    return settings.GRID.signup
