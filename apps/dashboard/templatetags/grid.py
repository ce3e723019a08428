"""Tags of our own design language: glyphs, icons, times. They draw; what they draw was asked for by the view."""

from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.dashboard import meters, navigation, spans
from apps.dashboard.banners import Banner
from apps.dashboard.banners import banners as standing_banners
from apps.dashboard.states import words
from apps.dashboard.styles import styles_of
from apps.dashboard.tally import in_use_of

register = template.Library()
THEMES = ("system", "light", "dark")


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    """The theme that the cookie forces, else `system`. Error pages have no request."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("bg_theme", "") if request else ""
    return chosen if chosen in THEMES else "system"


@register.simple_tag(takes_context=True)
def navigation_places(context: dict[str, Any]) -> navigation.Places:
    return navigation.places(context["request"])


@register.simple_tag(takes_context=True)
def page_styles(context: dict[str, Any]) -> tuple[str, ...]:
    """Names of the sheets that this page needs beside the common ones."""
    return styles_of(context.get("request"))


@register.simple_tag(takes_context=True)
def banners(context: dict[str, Any]) -> list[Banner]:
    return standing_banners(context["request"])


@register.simple_tag(takes_context=True)
def tally(context: dict[str, Any]) -> int:
    """How many sessions of this person are in use now; a page that knows it already says it as `in_use`."""
    return context["in_use"] if "in_use" in context else in_use_of(context["request"])


@register.simple_tag
def glyph(state: str, size: str = "") -> SafeString:
    return format_html(
        '<svg class="glyph {}" data-state="{}" aria-hidden="true"><use href="#g-{}"/></svg>', size, state, state
    )


@register.simple_tag
def state_word(state: str) -> SafeString:
    """Glyph and word together."""
    said = words(state)
    return format_html(
        '<span class="state" data-state="{}" title="{}">{}<span>{}</span></span>',
        state,
        said.meaning,
        glyph(state),
        said.word,
    )


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="#i-{}"/></svg>', extra, name)


@register.simple_tag
def brand() -> SafeString:
    return format_html('<svg aria-hidden="true"{}><use href="#brand"/></svg>', "")


@register.simple_tag
def when(moment: datetime | None, otherwise: str = "–") -> SafeString:
    """How long ago, exact on hover, kept true by clock.js."""
    if moment is None:
        return format_html('<span class="faint">{}</span>', otherwise)
    seconds = (timezone.now() - moment).total_seconds()
    exact = moment.strftime("%-d %b %Y, %H:%M:%S UTC")
    return format_html('<bg-time datetime="{}" title="{}">{}</bg-time>', stamp(moment), exact, spans.ago(seconds))


@register.simple_tag
def lasting(since: datetime | None, until: datetime | None = None) -> SafeString:
    """A span that ticks while it has no end."""
    if since is None:
        return format_html('<span class="faint">{}</span>', "–")
    seconds = ((until or timezone.now()) - since).total_seconds()
    end = format_html(' until="{}"', stamp(until)) if until else ""
    return format_html('<bg-duration since="{}"{}>{}</bg-duration>', stamp(since), end, spans.clock_face(seconds))


@register.filter
def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@register.filter
def split(text: str) -> list[str]:
    return text.split()


@register.filter
def span(seconds: float) -> str:
    return spans.in_words(seconds)


@register.filter
def took(seconds: float | None) -> str:
    return "–" if seconds is None else spans.took(seconds)


@register.filter
def bytes_said(number: int) -> str:
    return meters.bytes_said(number)


@register.filter
def state_name(state: str) -> str:
    return words(state).word


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    return mapping.get(key, "")


@register.filter
def undo_of(extra_tags: str | None) -> str:
    """The address that takes a message's deed back, from `messages.success(…, extra_tags="undo:/…/")`."""
    return next((tag[5:] for tag in (extra_tags or "").split() if tag.startswith("undo:/")), "")
