"""Where one can go: the rail's places, the phone's, the palette's."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class Place:
    """`key` is the letter that goes there after a `g`."""

    name: str
    label: str
    icon: str
    key: str
    url: str
    current: bool


@dataclass(frozen=True)
class Places:
    main: tuple[Place, ...]
    foot: tuple[Place, ...]

    @property
    def everywhere(self) -> tuple[Place, ...]:
        return (*self.main, *self.foot)

    @property
    def phone(self) -> tuple[Place, ...]:
        """What a thumb reaches; the rest is behind "More"."""
        return self.main[:4]

    @property
    def more(self) -> tuple[Place, ...]:
        return (*self.main[4:], *self.foot)


MAIN = (
    ("overview", "Overview", "o"),
    ("sessions", "Sessions", "s"),
    ("pools", "Pools", "p"),
    ("tokens", "Tokens", "t"),
    ("teams", "Teams", "m"),
)
FOOT = (
    ("usage", "Usage", "u"),
    ("tasks", "Tasks", "k"),
    ("status", "Status", "h"),
    ("settings", "Settings", ","),
)
STAFF_ALONE = {"tasks"}
ACCOUNT = ("account_", "mfa_", "socialaccount_")
WITHIN = {"audit": "settings"}  # whose place lights up


def places(request: HttpRequest) -> Places:
    current = _current(request)
    is_staff = bool(getattr(request.user, "is_staff", False))
    foot = [*_listed((item for item in FOOT if is_staff or item[0] not in STAFF_ALONE), current)]
    if is_staff:
        foot.append(Place("admin", "Administration", "admin", "a", reverse("admin:index"), current=False))
    return Places(main=tuple(_listed(MAIN, current)), foot=tuple(foot))


def _current(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    view = match.view_name if match else ""
    if view.startswith(ACCOUNT):
        return "settings"
    name = view.removeprefix("dashboard:").partition("-")[0] if view.startswith("dashboard:") else ""
    return WITHIN.get(name, name)


def _listed(items: Iterable[tuple[str, str, str]], current: str) -> Iterable[Place]:
    for name, label, key in items:
        yield Place(name, label, name, key, reverse(f"dashboard:{name}"), name == current)
