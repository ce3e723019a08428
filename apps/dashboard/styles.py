"""Which style sheets a page needs beside the common ones: the first page stays small however many pages there are."""

from django.http import HttpRequest

OWN = ("fields", "operations", "sessions", "account", "charts", "audit", "teams", "stage", "replay")
NEEDS: dict[str, tuple[str, ...]] = {  # by the first word of the view's name; a page that is not here gets all
    "overview": ("charts",),
    "usage": ("charts",),
    "audit": ("fields", "audit"),
    "sessions": ("fields", "sessions", "teams", "stage", "recordings"),
    "live": ("stage",),
    "pools": ("fields", "operations", "charts", "sessions", "teams"),
    "tokens": ("fields",),
    "teams": ("fields", "teams"),
    "replay": ("fields", "replay"),
    "invitation": (),
    "tasks": ("operations",),
    "status": ("operations",),
    "settings": ("fields", "account"),
    "account": ("fields", "account"),
    "mfa": ("fields", "account"),
    "socialaccount": ("fields", "account"),
}


def styles_of(request: HttpRequest | None) -> tuple[str, ...]:
    match = getattr(request, "resolver_match", None)
    if match is None:
        return ()  # an error page
    word = str(match.view_name).removeprefix("dashboard:").replace("_", "-").partition("-")[0]
    return NEEDS.get(word, OWN)
