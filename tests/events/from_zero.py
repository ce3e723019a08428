"""Run in a process of its own on an empty database: every migration, one after the other, and after each the guards.

Prints one line of JSON: the steps taken, and the guards that were missing after any of them.
"""

import json
import sys

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

OURS = ("accounts", "events", "nodes", "tokens", "pools", "browser_sessions")


def main() -> None:
    django.setup()
    from apps.audit import guards as audit_guards
    from apps.events import guards as event_guards
    from apps.events.triggers import applicable, missing
    from apps.sessions import guards as session_guards

    guards = (*audit_guards.GUARDS, *event_guards.GUARDS, *session_guards.GUARDS)
    loader = MigrationLoader(connection)
    plan = [key for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True) if key[0] in OURS]
    lacking: dict[str, list[str]] = {}
    for app, name in plan:
        call_command("migrate", app, name, verbosity=0)
        absent = missing(applicable(guards))
        if absent:
            lacking[f"{app}.{name}"] = absent
    call_command("migrate", verbosity=0)
    report = {"steps": [f"{app}.{name}" for app, name in plan], "lacking": lacking, "at_the_end": missing(guards)}
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
