"""`manage.py up`: everything on one machine, until Ctrl-C."""

import os
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from browsergrid.settings import env
from browsergrid.supervisor.entry import CannotStart, up
from browsergrid.supervisor.plan import Part


class Command(BaseCommand):
    help = (
        "Run everything: Redis (unless REDIS_URL names one), one local node, web and gateway, worker with beat, "
        "watcher. Ends with Ctrl-C or SIGTERM, and then nothing is left running."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 — as Django declares it; the parts check themselves

    def add_arguments(self, parser: CommandParser) -> None:
        names = [part.value for part in Part]
        parser.add_argument("--only", nargs="+", choices=names, metavar="PART", help=f"only these: {', '.join(names)}")
        parser.add_argument("--without", nargs="+", choices=names, metavar="PART", default=[], help="all but these")
        parser.add_argument("--check", action="store_true", help="say what is missing, as `doctor` does")
        parser.add_argument("--port", type=int, help="instead of BROWSERGRID_PORT")
        parser.add_argument("--data-dir", help="instead of BROWSERGRID_DATA_DIR")
        parser.add_argument(
            "--end-with-parent",
            action="store_true",
            help="end when the process that started this dies",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {"BROWSERGRID_PORT": options["port"], "BROWSERGRID_DATA_DIR": options["data_dir"]}
        given = {name: str(value) for name, value in wanted.items() if value is not None}
        changed = {name: value for name, value in given.items() if env.text(name) != value}
        if changed:
            # Settings are read once, before the command line is: begin again with the environment they say.
            os.execve(sys.executable, [sys.executable, *sys.argv], env.inherited() | changed)  # noqa: S606
        if options["check"]:
            call_command("doctor")
            return
        parts = [part for part in Part if part in (options["only"] or Part) and part not in options["without"]]
        try:
            code = up(parts, end_with_parent=options["end_with_parent"])
        except CannotStart as error:
            raise CommandError(str(error)) from error
        if code:
            sys.exit(code)
