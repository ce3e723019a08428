"""Five loops that outlive what goes away, and what breaks; and a process that stops when it was replaced."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from celery import current_app
from django.db import OperationalError
from redis.exceptions import ConnectionError as NoRedis

from apps.nodes.models import Process
from apps.nodes.services import register_process, take_slot
from apps.providers.contract import ProviderUnavailable
from apps.reconciler import watcher as module
from apps.reconciler.watcher import Watcher

pytestmark = pytest.mark.django_db(transaction=True)
KIND = Process.Kind.WATCHER


@pytest.fixture
def watcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    slot = take_slot(KIND, tmp_path)
    one = Watcher(register_process(KIND, slot))
    yield one
    one._over.set()


def kept(watcher: Watcher, loop: Callable[[], None]) -> Thread:
    thread = Thread(target=watcher._keep, args=(loop,))
    thread.start()
    return thread


@pytest.mark.parametrize(
    "error", [OperationalError("locked"), NoRedis("away"), ProviderUnavailable("away"), ZeroDivisionError("a defect")]
)
def test_a_loop_goes_on_after_whatever_it_raised(watcher: Watcher, error: Exception) -> None:
    turns: list[int] = []
    went_on = Event()

    def loop() -> None:
        turns.append(1)
        if len(turns) < 3:
            raise error
        went_on.set()
        watcher._over.wait(5)

    thread = kept(watcher, loop)
    assert went_on.wait(5)
    watcher._over.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_tick_that_cannot_be_passed_on_for_want_of_redis_waits_for_nothing(tmp_path: Path) -> None:
    with current_app.connection_for_write(f"redis+socket://{tmp_path}/nowhere.sock") as nowhere:
        began = time.monotonic()
        with pytest.raises(module.tasks.tick.OperationalError):
            module.tasks.tick.apply_async(connection=nowhere, retry=False)
    assert time.monotonic() - began < 1.0


def test_a_watcher_whose_name_was_taken_stops(watcher: Watcher) -> None:
    Process.objects.filter(pk=watcher.process.pk).update(boot_id="another")
    assert not watcher.wait(0)
    watcher._beat()
    assert watcher.wait(0)


def test_a_beat_renews_its_lease(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    before = watcher.process.lease_expires_at
    watcher._over.set()  # one beat, without the rest after it
    watcher._beat()
    assert Process.objects.get(pk=watcher.process.pk).lease_expires_at > before
