"""`manage.py doctor`: what is missing, with one remedy each. Ends with 1 where `make up` cannot work."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from browsergrid.doctor.examination import examine
from browsergrid.doctor.report import lines


class Command(BaseCommand):
    help = "Look at this machine and this installation, and say what is missing and what helps. Changes nothing."
    requires_system_checks: list[str] = []  # noqa: RUF012 — as Django declares it

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(examine())
        self.stdout.write("\n".join(lines(findings)))
        if any(finding.is_fatal and not finding.is_well for finding in findings):
            sys.exit(1)
