"""Django's cache, kept in the database: what allauth counts there must hold for all processes, and without Redis.

Failed sign-ins, limits of sign-up and password reset, and used codes of authenticator apps live here, so a second web
process or a restart forgets none of them, and no flood of other keys pushes them out: rows go when they have run out,
never before. Values are JSON, for a pickle read back from a table would run whatever stands in it.
"""

from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.db.models import Q

from apps.core import clock

Timeout = Any  # seconds, None for ever, or Django's mark for the default


class DatabaseCache(BaseCache):
    """Named by CACHES. Keys are cut by nobody: those beyond 250 letters are refused by Django itself."""

    def __init__(self, _: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        row = _rows().filter(_fresh(), key=self._name(key, version)).first()
        return default if row is None else row.value

    def add(self, key: str, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self._name(key, version)
        _rows().filter(key=name, expires_at__lte=clock.now()).delete()
        try:
            with transaction.atomic():
                _rows().create(key=name, value=value, expires_at=self._end(timeout))
        except IntegrityError:
            return False
        return True

    def set(self, key: str, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        facts = {"value": value, "expires_at": self._end(timeout)}
        name = self._name(key, version)
        if not _rows().filter(key=name).update(**facts):
            _rows().update_or_create(key=name, defaults=facts)

    def touch(self, key: str, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        rows = _rows().filter(_fresh(), key=self._name(key, version))
        return bool(rows.update(expires_at=self._end(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(_rows().filter(key=self._name(key, version)).delete()[0])

    def clear(self) -> None:
        _rows().all().delete()

    def _name(self, key: str, version: int | None) -> str:
        return str(self.make_and_validate_key(key, version=version))

    def _end(self, timeout: Timeout) -> datetime | None:
        seconds = self.get_backend_timeout(timeout)  # since the epoch
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def forget_run_out(now: datetime) -> int:
    return int(_rows().filter(expires_at__lt=now).delete()[0])


def _rows() -> Any:
    from apps.accounts.models import Remembered  # noqa: PLC0415 - a cache may be asked for before models are loaded

    return Remembered.objects


def _fresh() -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now())
