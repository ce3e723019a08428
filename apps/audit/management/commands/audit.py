"""`manage.py audit verify`: whether every entry is as it was written."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.chain import seal_all, verify


class Command(BaseCommand):
    help = "Check the audit's hash chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"], help="verify: compare every entry with the chain")

    def handle(self, *_: Any, **__: Any) -> None:
        seal_all()
        good, broken = verify()
        if broken is not None:
            raise CommandError(f"Entry {broken.number} {broken.why}; the {good} before it are as they were written.")
        self.stdout.write(f"{good} entries, all as they were written.")
