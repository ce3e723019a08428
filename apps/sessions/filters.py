"""Narrowing sessions by what an address asks for: the same words in the API and on the pages.

`state`, `outcome` and `end_reason` (several: comma), `pool` (name or id), `owner` (`me`, id or e-mail), `shared`,
`since` and `until` (a time, or a span before now as `24h`), `q` (free text), `metadata.<key>`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from apps.access.actor import Actor
from apps.access.grants import shared
from apps.access.lookup import visible
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.identifiers import decode, least
from apps.pools.launch_rules import UNSTORABLE
from apps.pools.models import Pool
from apps.sessions.lifecycle import LIVE, TERMINAL, EndReason, Outcome, SessionState
from apps.sessions.metadata import noted
from apps.sessions.models import BrowserSession
from apps.sessions.wording import Found, mentioned, search

METADATA = "metadata."
NAMES = ("state", "q", "pool", "owner", "shared", "outcome", "end_reason", "since", "until")
MOST_METADATA = 10
LONGEST_KEY, LONGEST_TEXT = 60, 200
CLOCKS_DIFFER = timedelta(hours=1)  # at most: that of a process, which makes ids, and the database's
SPAN = re.compile(r"(\d{1,4})(m|h|d)\Z")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
TERM = re.compile(
    r"""(?:(?<=\s)|^)metadata\."""
    r"""(?:"(?P<quoted>[^"]+)"|(?P<key>[^\s="]+))=(?:"(?P<text>[^"]*)"|(?P<word>\S*))"""
)

GROUPS: dict[str, Q] = {
    "live": Q(owner__isnull=False, state__in=sorted(LIVE)),
    "ended": Q(owner__isnull=False, state__in=sorted(TERMINAL)),
    "failed": Q(owner__isnull=False, state__in=[SessionState.ERROR, SessionState.TIMED_OUT]),
    "warm": Q(owner__isnull=True, state__in=sorted(LIVE)),
}


@dataclass(frozen=True)
class SessionFilters:
    """What was asked for and understood; `wrong` names the rest, with the reason."""

    states: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    pool: str = ""
    owner: str = ""
    shared: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def narrow(self, rows: QuerySet[BrowserSession], actor: Actor) -> QuerySet[BrowserSession]:
        """`rows` are those that the actor may see."""
        rows = self.narrow_beside_text(rows, actor)
        return rows.filter(mentioned(self.text)) if self.text else rows

    def narrow_beside_text(self, rows: QuerySet[BrowserSession], actor: Actor) -> QuerySet[BrowserSession]:
        """For lists: of these, in order of their keys, `search` finds a page that has the text, too."""
        rows = self._by_end(self._by_place(rows, actor))
        if self.states:
            rows = rows.filter(_any_of([_state(word) for word in self.states]))
        if self.since is not None:
            rows = rows.filter(Q(claimed_at__gte=self.since) | Q(claimed_at=None, created_at__gte=self.since))
        if self.until is not None:
            # It was made before it was claimed, and ids tell when: so the list does not walk here from the newest one.
            # No index answers the other condition, lest the planner sorts all that are older instead of walking on.
            rows = rows.alias(began=Coalesce("claimed_at", "created_at"))
            rows = rows.filter(began__lt=self.until, pk__lt=least(self.until, slack=CLOCKS_DIFFER))
        return noted(rows, self.metadata)

    def search(self, rows: QuerySet[BrowserSession], most: int) -> Found:
        return search(rows, self.text, most)

    def _by_place(self, rows: QuerySet[BrowserSession], actor: Actor) -> QuerySet[BrowserSession]:
        if self.pool:
            rows = rows.filter(_pool(self.pool, actor))
        if self.owner == "me":
            rows = rows.filter(owner=actor.user)
        elif self.owner:
            key = decode("usr", self.owner)
            rows = rows.filter(owner=key) if key else rows.filter(owner__email__iexact=self.owner)
        if self.shared is not None:
            rows = rows.filter(_shared_with(actor) if self.shared else Q(owner=actor.user))
        return rows

    def _by_end(self, rows: QuerySet[BrowserSession]) -> QuerySet[BrowserSession]:
        if self.outcomes:
            rows = rows.filter(outcome__in=self.outcomes)
        return rows.filter(end_reason__in=self.reasons) if self.reasons else rows


def filters_from(query: Mapping[str, str]) -> SessionFilters:
    """Reads all that it understands; other names of the address are somebody else's."""
    wrong: dict[str, str] = {}
    text, metadata = _words(query.get("q", "").strip())
    for name in query:
        if name.startswith(METADATA):
            metadata[name.removeprefix(METADATA)] = query[name]
    given = {name: query.get(name, "").strip() for name in NAMES} | {"q": text}
    for name, value in given.items():
        if UNSTORABLE.search(value) or len(value) > LONGEST_TEXT:
            wrong[name], given[name] = "Not a text of at most 200 letters.", ""
    return SessionFilters(
        states=_known("state", given, {*SessionState, *GROUPS}, wrong),
        outcomes=_known("outcome", given, set(Outcome), wrong),
        reasons=_known("end_reason", given, set(EndReason), wrong),
        pool=given["pool"],
        owner=_owner(given["owner"], wrong),
        shared=_choice("shared", given["shared"], wrong),
        since=_time("since", given["since"], wrong),
        until=_time("until", given["until"], wrong),
        text=given["q"],
        metadata=_metadata(metadata, wrong),
        wrong=wrong,
    )


def _words(text: str) -> tuple[str, dict[str, str]]:
    """What is written into a search field: free text, and terms like `metadata.order=42`."""
    found = {match["quoted"] or match["key"]: match["text"] or match["word"] or "" for match in TERM.finditer(text)}
    return " ".join(TERM.sub(" ", text).split()) if found else text, found


def _metadata(wanted: dict[str, str], wrong: dict[str, str]) -> dict[str, str]:
    if len(wanted) > MOST_METADATA:
        wrong["metadata"] = f"At most {MOST_METADATA} metadata filters."
    elif any(not key or len(key) > LONGEST_KEY or UNSTORABLE.search(key) for key in wanted):
        wrong["metadata"] = "Name a key."
    elif any(UNSTORABLE.search(value) for value in wanted.values()):
        wrong["metadata"] = "Not a text."
    else:
        return wanted
    return {}


def _known(name: str, given: Mapping[str, str], known: set[str], wrong: dict[str, str]) -> tuple[str, ...]:
    words = [word for word in given[name].split(",") if word]
    unknown = [word for word in words if word not in known]
    if unknown:
        wrong[name] = f"There is no {unknown[0][:60]!r}."
    return tuple(dict.fromkeys(word for word in words if word in known))


def _owner(word: str, wrong: dict[str, str]) -> str:
    if word and word != "me" and "@" not in word and decode("usr", word) is None:
        wrong["owner"] = "Give me, an id or an e-mail address."
        return ""
    return word


def _choice(name: str, word: str, wrong: dict[str, str]) -> bool | None:
    if word.lower() not in {"", "true", "1", "false", "0"}:
        wrong[name] = "Give true or false."
    return {"true": True, "1": True, "false": False, "0": False}.get(word.lower())


def _time(name: str, word: str, wrong: dict[str, str]) -> datetime | None:
    if not word:
        return None
    if span := SPAN.match(word):
        return clock.now() - timedelta(**{UNITS[span[2]]: int(span[1])})
    value = clock.read(word.replace(" ", "+"))  # a `+` that nobody encoded
    if value is None:
        wrong[name] = "Give a time as 2026-11-21T10:00:00Z, or a span as 24h."
    return value


def _state(word: str) -> Q:
    return GROUPS[word] if word in GROUPS else Q(state=word)


def _any_of(conditions: list[Q]) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole


def _shared_with(actor: Actor) -> Q:
    """Others see nothing but their own and what was shared with them; staff see all, so they are told which it was."""
    if not actor.sees_all:
        return Q(owner__isnull=False) & ~Q(owner=actor.user)
    if actor.user is None:
        return Q(pk__in=[])
    return shared("pk", BrowserSession.prefix, actor.user.pk, Permission.SESSION_VIEW) or Q(pk__in=[])


def _pool(word: str, actor: Actor) -> Q:
    """By name; by id only pools that the actor sees, so that ids tell nothing."""
    key = decode(Pool.prefix, word)
    if key is None:
        return Q(pool__name=word)
    if not actor.has_scope(Permission.POOL_VIEW):
        return Q(pool=key, pool__owner=actor.user)
    return Q(pool__in=visible(Pool.objects.filter(pk=key), actor, Permission.POOL_VIEW).values("pk"))
