"""The list of sessions that an address asks for: its filters, how each is told and taken away, the address itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from apps.access.actor import Actor
from apps.dashboard.endings import name_of_ending
from apps.dashboard.states import words
from apps.sessions.filters import METADATA, NAMES, SessionFilters, filters_from
from apps.sessions.lifecycle import EndReason, SessionState

GROUPS = {"": "All", "live": "Live", "running": "Running", "paused": "Paused", "ended": "Ended", "failed": "Failed"}
STAFF_GROUPS = GROUPS | {"warm": "Warm"}
LABELS = {
    "state": "State",
    "q": "Text",
    "pool": "Pool",
    "owner": "Owner",
    "shared": "Shared with me",
    "outcome": "Outcome",
    "end_reason": "Ended because",
    "since": "Since",
    "until": "Until",
}
SPANS = {"1h": "the last hour", "24h": "the last 24 hours", "7d": "the last 7 days", "30d": "the last 30 days"}


@dataclass(frozen=True)
class Chip:
    """One filter that is on; `url` is the list without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Wanted:
    """`given` is what the address names, in one order and without what is empty; words of staff are staff's alone."""

    given: tuple[tuple[str, str], ...]
    filters: SessionFilters
    is_staff: bool

    @property
    def query(self) -> str:
        return urlencode(self.given)

    @property
    def url(self) -> str:
        return _address(self.given)

    @property
    def values(self) -> Mapping[str, str]:
        return dict(self.given)

    @property
    def is_filtered(self) -> bool:
        return bool(self.given)

    @property
    def hidden_number(self) -> int:
        """How many filters are on that the first line does not show."""
        return sum(1 for name, _ in self.given if name not in {"state", "q"} and not name.startswith(METADATA))

    @property
    def shows_owner(self) -> bool:
        return self.filters.owner != "me" and (self.is_staff or self.filters.shared is True)

    @property
    def others(self) -> list[tuple[str, str]]:
        """Filters without a field of their own, which the form carries on."""
        return [(name, value) for name, value in self.given if name.startswith(METADATA)]

    def without(self, name: str) -> str:
        return _address(tuple(pair for pair in self.given if pair[0] != name))

    def chips(self) -> Iterator[Chip]:
        for name, value in self.given:
            if name.startswith(METADATA):
                yield Chip(name, value, self.without(name))
            elif name not in {"state", "q"}:
                yield Chip(LABELS[name], "" if name == "shared" else _said(name, value), self.without(name))

    def states(self) -> list[Choice]:
        """The tabs; another choice of states that the address makes is one more."""
        chosen = self.values.get("state", "")
        tabs = STAFF_GROUPS if self.is_staff else GROUPS
        if chosen not in tabs:
            tabs = {**tabs, chosen: ", ".join(_state(word) for word in chosen.split(","))}
        return [Choice(value, label, value == chosen) for value, label in tabs.items()]

    def spans(self) -> list[Choice]:
        chosen = self.values.get("since", "")
        known = {"": "Any time"} | {span: text.capitalize() for span, text in SPANS.items()}
        if chosen not in known:
            known[chosen] = f"Since {chosen}"
        return [Choice(value, label, value == chosen) for value, label in known.items()]

    def reasons(self) -> list[Choice]:
        chosen = self.values.get("end_reason", "")
        known = {"": "Any reason"} | {str(reason): name_of_ending(reason) for reason in EndReason}
        if chosen not in known:
            known[chosen] = ", ".join(name_of_ending(word) for word in chosen.split(","))
        return [Choice(value, label, value == chosen) for value, label in known.items()]


def wanted_by(request: HttpRequest, actor: Actor) -> Wanted:
    return wanted_from(request.GET, actor)


def wanted_from(query: Mapping[str, str], actor: Actor) -> Wanted:
    """What cannot be understood is left out and told by `filters.wrong`; terms of the text become filters."""
    filters = filters_from(query)
    given: dict[str, str] = {name: query.get(name, "").strip() for name in NAMES}
    given["q"] = filters.text
    given["shared"] = "true" if filters.shared else "false" if filters.shared is False else ""
    for name in filters.wrong.keys() & given.keys():
        given[name] = ""
    noted = tuple((f"{METADATA}{key}", value) for key, value in filters.metadata.items())
    pairs = tuple((name, value) for name, value in given.items() if value)
    return Wanted((*pairs, *noted), filters, actor.sees_all)


def _address(given: tuple[tuple[str, str], ...]) -> str:
    here = reverse("dashboard:sessions")
    return f"{here}?{urlencode(given)}" if given else here


def _said(name: str, value: str) -> str:
    if name == "end_reason":
        return ", ".join(name_of_ending(word) for word in value.split(","))
    if name == "outcome":
        return ", ".join(_state(word) for word in value.split(","))
    return SPANS.get(value, value) if name in {"since", "until"} else value


def _state(word: str) -> str:
    if word in STAFF_GROUPS:
        return STAFF_GROUPS[word]
    return words(word).word if word in set(SessionState) else word
