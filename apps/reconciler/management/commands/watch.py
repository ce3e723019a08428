"""`manage.py watch`: the resident process that numbers events, renews leases and ticks the reconciler's clock."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.nodes.models import Process
from apps.nodes.services import end_process, register_process, take_slot
from apps.reconciler.watcher import Watcher


class Command(BaseCommand):
    help = "Number events, renew nodes' leases, tick the reconciler. Runs until SIGTERM."

    def handle(self, *_args: Any, **_options: Any) -> None:
        slot = take_slot(Process.Kind.WATCHER, settings.DATA_DIR / "run")
        process = register_process(Process.Kind.WATCHER, slot)
        watcher = Watcher(process)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: watcher.stop())
        watcher.run()
        end_process(process)
