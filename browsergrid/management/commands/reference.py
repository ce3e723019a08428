"""`manage.py reference`: write docs/reference from the code, or say which page no longer agrees with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from browsergrid.reference.pages import PAGES
from browsergrid.settings import env


class Command(BaseCommand):
    help = "Write the generated pages of docs/reference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail where a page would change")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = env.BASE_DIR / "docs" / "reference"
        changed = []
        for name, make in PAGES.items():
            page, path = make(), folder / name
            if path.is_file() and path.read_text() == page:
                continue
            changed.append(name)
            if not options["check"]:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(page)
        if options["check"] and changed:
            raise CommandError(f"docs/reference is out of date: {', '.join(changed)}. Run `make docs`.")
        self.stdout.write(f"docs/reference: {', '.join(changed) or 'nothing'} {'' if changed else 'to change'}".strip())
