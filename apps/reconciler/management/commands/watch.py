"""`manage.py watch`: the resident process that numbers events, renews leases and ticks the reconciler's clock."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.nodes.models import Process
from apps.nodes.services import end_process, register_process, take_slot
from apps.reconciler.watcher import Watcher

SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOOK_SECONDS = 0.2


class Command(BaseCommand):
    help = "Number events, renew nodes' leases, tick the reconciler. Runs until SIGTERM."

    def handle(self, *_args: Any, **_options: Any) -> None:
        # Blocked before any thread begins and then fetched: a handler would run amid whatever lock is held here.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        slot = take_slot(Process.Kind.WATCHER, settings.DATA_DIR / "run")
        process = register_process(Process.Kind.WATCHER, slot)
        watcher = Watcher(process)
        watcher.start()
        while not watcher.wait(0):
            if signal.sigtimedwait(SIGNALS, LOOK_SECONDS) is not None:
                break
        watcher.stop()
        end_process(process)
