"""Where signed-in people's sessions are kept: by a hash of the cookie, so that a copy of the table signs nobody in.

Named by SESSION_ENGINE. All else is Django's own database store.
"""

import hashlib
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession

from apps.core import clock

LENGTH = 40  # of Django's column


class SessionStore(db.SessionStore):
    """`session_key` is the cookie's value everywhere but in the table."""

    def exists(self, session_key: str) -> bool:
        return super().exists(stored(session_key))

    async def aexists(self, session_key: str) -> bool:
        return await super().aexists(stored(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored(key))
            self._devices(key).delete()

    async def adelete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            await super().adelete(stored(key))
            await self._devices(key).adelete()

    def cycle_key(self) -> None:
        """Another cookie for the same device."""
        former = self.session_key
        device = self._devices(former).first() if former else None
        super().cycle_key()
        if device is not None and self.session_key is not None:
            device.session_key = stored(self.session_key)
            device.save(force_insert=True)  # the former row went with the former cookie

    async def acycle_key(self) -> None:
        await sync_to_async(self.cycle_key)()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        return _hashed(super().create_model_instance(data))

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        return _hashed(await super().acreate_model_instance(data))

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        row: AbstractBaseSession | None = self._rows(clock.now()).first()
        self._forget_unless(row)
        return row

    async def _aget_session_from_db(self) -> AbstractBaseSession | None:
        row: AbstractBaseSession | None = await self._rows(await sync_to_async(clock.now)()).afirst()
        self._forget_unless(row)
        return row

    def _devices(self, cookie: str) -> Any:
        devices = apps.get_model("accounts", "Device")  # this module is loaded before any model is
        return devices._default_manager.filter(session_key=stored(cookie))  # noqa: SLF001 - Django's documented name

    def _rows(self, now: datetime) -> Any:
        return self.model.objects.filter(session_key=stored(self.session_key or ""), expire_date__gt=now)

    def _forget_unless(self, row: AbstractBaseSession | None) -> None:
        if row is None:
            self._session_key = None


def stored(cookie: str) -> str:
    """A cookie is random and long: nothing is gained by a key, which could be rotated under people's feet."""
    return hashlib.sha256(cookie.encode()).hexdigest()[:LENGTH]


def _hashed(row: AbstractBaseSession) -> AbstractBaseSession:
    row.session_key = stored(row.session_key)
    return row
