"""Where one can go: the rail's places, and the phone's."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class Place:
    name: str
    label: str
    icon: str
    url: str
    current: bool


@dataclass(frozen=True)
class Places:
    main: tuple[Place, ...]
    foot: tuple[Place, ...]

    @property
    def phone(self) -> tuple[Place, ...]:
        """What a thumb reaches: at most five."""
        return (*self.main, *(place for place in self.foot if place.name == "settings"))[:5]


MAIN = (("overview", "Overview"), ("sessions", "Sessions"), ("pools", "Pools"), ("tokens", "Tokens"))


def places(request: HttpRequest) -> Places:
    match = getattr(request, "resolver_match", None)
    view = match.view_name if match else ""
    current = view.removeprefix("dashboard:").partition("-")[0] if view.startswith("dashboard:") else ""
    if view.startswith(("account_", "mfa_", "usersessions_", "socialaccount_")):
        current = "settings"

    def place(name: str, label: str) -> Place:
        return Place(name, label, name, reverse(f"dashboard:{name}"), name == current)

    foot = [place("settings", "Settings")]
    if getattr(request.user, "is_staff", False):
        foot.append(Place("admin", "Administration", "admin", reverse("admin:index"), current=False))
    return Places(main=tuple(place(*item) for item in MAIN), foot=tuple(foot))
