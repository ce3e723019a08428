"""Which style sheets a page needs beside the common ones: the first page stays small however many pages there are."""

from django.http import HttpRequest

OWN = ("operations", "sessions", "account", "charts", "teams")
NEEDS: dict[str, tuple[str, ...]] = {  # by the first word of the view's name; a page that is not here gets all
    "overview": ("charts", "operations"),
    "usage": ("charts", "operations"),
    "audit": ("charts",),
    "sessions": ("sessions", "operations", "teams"),
    "pools": ("operations", "charts", "sessions", "teams"),
    "teams": ("teams",),
    "invitation": (),
    "tasks": ("operations",),
    "status": ("operations",),
    "settings": ("account",),
    "account": ("account",),
    "mfa": ("account",),
}


def styles_of(request: HttpRequest | None) -> tuple[str, ...]:
    match = getattr(request, "resolver_match", None)
    if match is None:
        return ()  # an error page
    word = str(match.view_name).removeprefix("dashboard:").replace("_", "-").partition("-")[0]
    return NEEDS.get(word, OWN)
