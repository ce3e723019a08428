"""Make, change and delete pools, within the limits of an ordinary user."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Permission
from apps.accounts.models import User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Conflict, Invalid, NotAllowed
from apps.events import bus
from apps.events.catalog import EventType
from apps.events.publish import publish
from apps.nodes.use import check_launch
from apps.pools import launch_rules
from apps.pools.launch_rules import UNSTORABLE
from apps.pools.models import Pool, PoolCounter, ProviderConfiguration

LABELS, LABEL_LETTERS = 50, 500
CHANGEABLE = (
    "name", "browser", "min", "max", "max_concurrency", "max_starting", "timeout_minutes", "idle_timeout_seconds",
    "per_user_limit", "queue_limit", "queue_timeout_seconds", "prepared", "idle_policy", "hibernate_days",
    "viewport_width", "viewport_height", "launch", "recording", "logs", "recording_days", "labels",
)  # fmt: skip


def create_pool(*, actor: Actor, fields: Mapping[str, Any], provider: str = "", system: bool = False) -> Pool:
    """A new pool of the actor's own; `system` (no owner) is staff's alone. Raises Invalid, NotAllowed."""
    actor.require(Permission.POOL_CREATE)
    if actor.user is None or (system and not actor.user.is_staff):
        raise NotAllowed("staff_only", "Only staff may make system pools.")
    with transaction.atomic():
        _one_at_a_time(actor.user.pk)
        pool = Pool(owner=None if system else actor.user, provider=_provider(actor, provider), **_known(fields))
        _check(pool, actor)
        pool.save(force_insert=True)
        PoolCounter.objects.create(pool=pool)
        _tell(pool, EventType.POOL_CREATED)
        record(actor, Action.POOL_CREATED, pool, after=_audited(pool))
    return pool


def change_pool(pool: Pool, *, actor: Actor, fields: Mapping[str, Any], provider: str = "") -> Pool:
    """Change some fields. Warm browsers of a former launch configuration are replaced a few at a time."""
    allow(actor, Permission.POOL_MANAGE, pool)
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        pool.refresh_from_db()
        before = _audited(pool)
        if pool.owner_id is not None:
            _one_at_a_time(pool.owner_id)
        for name, value in _known(fields).items():
            setattr(pool, name, value)
        if provider:
            pool.provider = _provider(actor, provider)
        _check(pool, actor)
        pool.save()
        _tell(pool, EventType.POOL_CHANGED)
        record(actor, Action.POOL_CHANGED, pool, before=before, after=_audited(pool))
    return pool


def delete_pool(pool: Pool, *, actor: Actor) -> None:
    """No new claims from now on; its browsers are ended by the reconciler. The default pool stays."""
    allow(actor, Permission.POOL_MANAGE, pool)
    if pool.is_default:
        raise Conflict("default_pool", "The default pool cannot be deleted. Set its min to 0 to keep nothing warm.")
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        Pool.objects.filter(pk=pool.pk, deleted_at__isnull=True).update(deleted_at=clock.now())
        _tell(pool, EventType.POOL_DELETED)
        record(actor, Action.POOL_DELETED, pool, before={"name": pool.name})


def pause_pool(pool: Pool, *, actor: Actor) -> Pool:
    """No new browsers and no new claims from now on; what runs goes on, what waits keeps waiting. Repeatable."""
    return _set_paused(pool, actor, paused=True)


def resume_pool(pool: Pool, *, actor: Actor) -> Pool:
    """The end of a pause. Repeatable."""
    return _set_paused(pool, actor, paused=False)


def _set_paused(pool: Pool, actor: Actor, *, paused: bool) -> Pool:
    allow(actor, Permission.POOL_MANAGE, pool)
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        now = clock.now()
        if Pool.objects.filter(pk=pool.pk, paused_at__isnull=paused).update(paused_at=now if paused else None):
            _tell(pool, EventType.POOL_CHANGED)
            record(actor, Action.POOL_PAUSED if paused else Action.POOL_RESUMED, pool)
    pool.refresh_from_db(fields=["paused_at"])
    return pool


def _one_at_a_time(owner_id: UUID) -> None:
    """Limits are sums over a person's pools, so only one request at a time may change them."""
    User.objects.select_for_update(no_key=True).get(pk=owner_id)


def ensure_counter(pool: Pool) -> PoolCounter:
    return PoolCounter.objects.get_or_create(pool=pool)[0]


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = {name: "There is no such field." for name in fields if name not in CHANGEABLE}
    if unknown:
        raise Invalid("invalid", "; ".join(f"{name}: {why}" for name, why in unknown.items()), fields=unknown)
    return dict(fields)


def _provider(actor: Actor, name: str) -> ProviderConfiguration:
    choices = ProviderConfiguration.objects.all()
    if not actor.sees_all:
        choices = choices.filter(open_to_users=True)
    found = choices.filter(name=name).first() if name else choices.order_by("created_at").first()
    if found is None:
        raise Invalid(
            "invalid", "provider: There is no such provider.", fields={"provider": "There is no such provider."}
        )
    return found


def _check(pool: Pool, actor: Actor) -> None:
    problems = _problems(pool)
    if pool.owner_id is not None and not actor.sees_all and not {"min", "max"} & problems.keys():
        problems |= _beyond_limits(pool)
    if problems:
        raise Invalid("invalid", "; ".join(f"{name}: {why}" for name, why in problems.items()), fields=problems)


def _problems(pool: Pool) -> dict[str, str]:
    problems: dict[str, str] = {}
    try:
        pool.clean_fields(exclude=["owner", "provider"])
    except ValidationError as error:
        problems = {name: " ".join(words) for name, words in error.message_dict.items()}
    if "min" not in problems and "max" not in problems and pool.min > pool.max:
        problems["min"] = "Keep it at or below max."
    same = Pool.current.filter(owner=pool.owner, name=pool.name).exclude(pk=pool.pk)
    if "name" not in problems and not _is_text(pool.name):
        problems["name"] = "This text cannot be stored."
    if "name" not in problems and same.exists():
        problems["name"] = "You have a pool of this name."
    if "launch" not in problems and (why := _launch_problem(pool.launch)):
        problems["launch"] = why
    labels = pool.labels.items() if isinstance(pool.labels, dict) else [(None, None)]
    if len(labels) > LABELS or not all(_is_text(key) and _is_text(text) for key, text in labels):
        problems["labels"] = f"Give at most {LABELS} texts of at most {LABEL_LETTERS} letters."
    return problems


def _is_text(value: Any) -> bool:
    """What every database takes: no NUL, no half of a surrogate pair."""
    return isinstance(value, str) and len(value) <= LABEL_LETTERS and UNSTORABLE.search(value) is None


def _launch_problem(launch: Any) -> str:
    if why := launch_rules.problem(launch):
        return why
    try:
        check_launch(launch)
    except Invalid as error:
        return error.detail
    return ""


def _beyond_limits(pool: Pool) -> dict[str, str]:
    grid = settings.GRID
    others = Pool.current.filter(owner=pool.owner).exclude(pk=pool.pk)
    sums = others.aggregate(max=Sum("max", default=0), min=Sum("min", default=0))
    problems: dict[str, str] = {}
    if others.count() + 1 > grid.user_pools:
        problems["name"] = f"You may have {grid.user_pools} pools."
    if sums["max"] + pool.max > grid.user_pools_max:
        problems["max"] = f"The max of your pools together may be {grid.user_pools_max}; {sums['max']} are taken."
    if sums["min"] + pool.min > grid.user_pools_min:
        problems["min"] = f"The min of your pools together may be {grid.user_pools_min}; {sums['min']} are taken."
    return problems


def _audited(pool: Pool) -> dict[str, Any]:
    return {name: getattr(pool, name) for name in CHANGEABLE} | {"provider": pool.provider.name}


def _tell(pool: Pool, event: EventType) -> None:
    publish(
        event, at=clock.now(), owner_id=pool.owner_id, pool_id=pool.pk, data={"pool": pool.public_id, "name": pool.name}
    )
    bus.hint_after_commit(bus.Topic.RECONCILE, None)
