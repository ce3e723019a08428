"""Pools as pages show them, each with its strip; and the browsers of mine in pools that I do not see."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from apps.access.actor import Actor
from apps.dashboard.occupancy import Occupancy, occupancy
from apps.dashboard.rows import shown_state
from apps.dashboard.spans import in_words
from apps.dashboard.states import words
from apps.dashboard.strips import Browser, Size, Strip, strip
from apps.pools.models import Pool
from apps.pools.queries import shows_pool, visible_pools
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live, visible_sessions

OTHERWISE = "unless it asks for something else"
RECORDED: dict[str, str] = {
    Pool.Recording.NONE: "Nothing is recorded of a session unless it asks for it.",
    Pool.Recording.DOM: f"The DOM of every session is recorded, with inputs masked, {OTHERWISE}.",
    Pool.Recording.VIDEO: f"A video of every session is recorded, {OTHERWISE}.",
    Pool.Recording.ALL: f"The DOM and a video of every session are recorded, {OTHERWISE}.",
}
LOGGED = {True: "Console, network, commands and downloads of its sessions are kept.", False: "No logs are kept."}


@dataclass(frozen=True)
class Rule:
    """One setting with the plain sentence that says what it does at this value."""

    name: str
    value: str
    sentence: str


@dataclass(frozen=True)
class PoolCard:
    id: str  # empty where the pool is not the actor's to see
    name: str
    url: str
    live_url: str
    strip: Strip
    is_system: bool
    is_default: bool
    is_paused: bool
    owner: str
    in_use: int
    ready: int
    occupancy: Occupancy | None = None  # of pools that the actor sees

    @property
    def element_id(self) -> str:
        return f"strip-{self.id or self.name}"


def pool_cards(actor: Actor, now: datetime) -> list[PoolCard]:
    """The pools the actor sees, then the pools of others in which the actor has browsers now, by name alone."""
    seen = list(visible_pools(actor).order_by("owner_id", "-is_default", "name"))
    browsers = _browsers(live(visible_sessions(actor)).order_by("id"))
    cards = [_card(pool, browsers.pop(pool.pk, (pool, []))[1], actor, now, sees=True) for pool in seen]
    return cards + [_card(pool, mine, actor, now, sees=False) for pool, mine in browsers.values()]


def one_card(pool: Pool, actor: Actor, now: datetime, sessions: Iterable[BrowserSession] | None = None) -> PoolCard:
    """`sessions`: those of it that are alive and that the actor sees, where the caller has them already."""
    if sessions is None:
        sessions = live(visible_sessions(actor)).filter(pool=pool).order_by("id")
    browsers = _browsers(sessions).get(pool.pk, (pool, []))[1]
    return _card(pool, browsers, actor, now, sees=shows_pool(actor, pool))


def _card(pool: Pool, browsers: list[Browser], actor: Actor, now: datetime, *, sees: bool) -> PoolCard:
    size = Size(pool.min, pool.max, pool.max_concurrency) if sees else None
    if sees and not actor.sees_all:
        browsers = [*browsers, *_warm(pool, browsers, now)]
    counts = [browser.state for browser in browsers]
    return PoolCard(
        id=pool.public_id if sees else "",
        name=pool.name,
        url=reverse("dashboard:pools-one", args=[pool.public_id]) if sees else "",
        live_url=f"{reverse('dashboard:pools-strips')}?pool={pool.public_id if sees else pool.name}",
        strip=strip(browsers, now, size),
        is_system=pool.is_system,
        is_default=pool.is_default,
        is_paused=pool.paused_at is not None,
        owner=pool.owner.email if pool.owner else "",
        in_use=sum(state in {"claimed", "running", "paused"} for state in counts),
        ready=counts.count("ready"),
        occupancy=occupancy(pool) if sees else None,
    )


def _warm(pool: Pool, browsers: list[Browser], now: datetime) -> list[Browser]:
    """Unclaimed browsers of one's own pool: they have no owner, so only their number is the actor's to see."""
    counter = pool.counter
    known = Counter(browser.state for browser in browsers)
    wanted = {"ready": counter.ready, "starting": counter.starting}
    return [
        Browser(id="", state=state, title=f"{words(state).word} browser {n + 1}", owner="", since=now)
        for state, number in wanted.items()
        for n in range(max(0, number - known[state]))
    ]


def _browsers(sessions: Iterable[BrowserSession]) -> dict[object, tuple[Pool, list[Browser]]]:
    found: dict[object, tuple[Pool, list[Browser]]] = {}
    for session in sessions:
        entry = found.setdefault(session.pool_id, (session.pool, []))
        entry[1].append(
            Browser(
                id=session.public_id,
                state=shown_state(session),
                title=session.name or f"…{session.public_id[-8:]}",
                owner=session.owner.email if session.owner else "",
                since=session.claimed_at or session.ready_at or session.created_at,
            )
        )
    return found


def rules(pool: Pool) -> list[Rule]:
    """The pool's settings, each in a sentence that one can act on."""
    idle = in_words(pool.idle_timeout_seconds) if pool.idle_timeout_seconds else "never"
    limit = str(pool.per_user_limit) if pool.per_user_limit else "no limit"
    keeps_logs = pool.logs and settings.GRID.logs
    return [
        Rule("min", str(pool.min), f"{_browsers_said(pool.min)} kept warm, so that a claim is answered at once."
             if pool.min else "Nothing is kept warm: each claim waits for a browser to start."),
        Rule("max", str(pool.max), f"At most {_browsers_said(pool.max)} alive at once, warm and in use together."),
        Rule("max_concurrency", str(pool.max_concurrency), "Sessions in use at once; further claims queue."),
        Rule("timeout_minutes", f"{pool.timeout_minutes} min",
             f"A session ends {in_words(pool.timeout_minutes * 60)} after its claim, whatever it does."),
        Rule("idle_timeout_seconds", idle, "A session that nobody uses for this long ends."
             if pool.idle_timeout_seconds else "A quiet session is left alone until its longest life is over."),
        Rule("queue", f"{pool.queue_limit} × {pool.queue_timeout_seconds} s",
             f"Up to {pool.queue_limit} claims wait when all is taken, for {in_words(pool.queue_timeout_seconds)}."),
        Rule("per_user_limit", limit, "Sessions that one person may have in use here at once."),
        Rule("max_starting", str(pool.max_starting), "Browsers that may be starting at the same time."),
        Rule("viewport", f"{pool.viewport_width} × {pool.viewport_height}", "The size of the page a client finds."),
        Rule("recording", pool.recording, RECORDED[pool.recording]),
        Rule("logs", "on" if keeps_logs else "off", LOGGED[keeps_logs]),
        Rule("recording_days", *_kept_for(pool)),
    ]  # fmt: skip


def _kept_for(pool: Pool) -> tuple[str, str]:
    days = settings.GRID.recording_days if pool.recording_days is None else pool.recording_days
    if not days:
        return "no end", "Recordings, logs and files are kept until somebody deletes them."
    whose = ", as everywhere here" if pool.recording_days is None else ""
    return in_words(days * 86400), f"So long recordings, logs and files of its sessions are kept{whose}."


def _browsers_said(number: int) -> str:
    return "1 browser" if number == 1 else f"{number} browsers"
