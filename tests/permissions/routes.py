"""What the resolver knows: every route, and what its view takes."""

from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.http import Http404
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.generic.edit import ProcessFormView

NONE_SUCH = "BREW"


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here, pattern


def methods_of(pattern: URLPattern) -> set[str]:
    """As the view's class says, or as it answers to a method that there is not. Who does not say may take anything."""
    view = pattern.callback
    known = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if known is not None:
        names = {name for name in known.http_method_names if hasattr(known, name)}
        if getattr(known, "put", None) is ProcessFormView.put:
            names.remove("put")  # the same as its POST
        return {name.upper() for name in names}
    request = RequestFactory().generic(NONE_SUCH, "/")
    request.user = get_user_model()(is_staff=True, is_superuser=True)
    words = dict.fromkeys(pattern.pattern.converters, "x") | pattern.default_args
    try:
        answer = view(request, **words)
    except Http404:
        return {"GET", "POST"}
    allowed = answer.headers.get("Allow", "GET, POST")
    return {name.strip() for name in allowed.split(",")}
