"""Every address that changes something leaves exactly one entry, with who did it and from where."""

import pytest

from apps.audit.models import Entry
from tests.permissions import live_table, recordings_table
from tests.permissions.table import Row
from tests.permissions.world import PAGES, PROGRAM, Callers, ask, callers, name_of, undone, world

__all__ = ["callers", "world"]
pytestmark = [pytest.mark.django_db, pytest.mark.database]

EVENTS = {  # hot paths and what is nobody else's business: told by events or not at all
    "api/v1/sessions": "a claim",
    "api/v1/sessions/batch": "claims",
    "api/v1/pools/<str:id>/claim": "a claim",
    "api/v1/claims/<str:id>": "a claim that is given up",
    "sessions/new/": "a claim",
    "sessions/queue/<str:id>/leave/": "a claim that is given up",
    "sessions/views/": "how one likes one's own list",
    "sessions/views/<str:id>/remove/": "the same",
    "settings/appearance/": "a cookie",
}
UNCHANGED = {  # in the matrix' world nothing is different afterwards, so nothing is told
    ("POST", "/sessions/release/"): "no session is ticked",
    ("DELETE", "/api/v1/pools/{pool}/drain"): "it was not drained",
    ("DELETE", "/api/v1/pools/{system}/drain"): "it was not drained",
    ("POST", "/pools/{pool}/resume/"): "it was not drained",
    ("POST", "/pools/{system}/resume/"): "it was not drained",
    ("POST", "/pools/{system}/delete/"): "the default pool stays",
    ("POST", "/sessions/{session}/extend/"): "by nothing",
    ("POST", "/sessions/{warm}/extend/"): "by nothing",
    ("POST", "/sessions/{session}/keep-alive/"): "a session without a client must keep it",
    ("POST", "/sessions/{warm}/address/"): "it has no owner to make one for",
    ("POST", "/settings/data/delete/"): "one must show one's password first",
    ("POST", "/settings/data/export/"): "one must show one's password first",
    ("POST", "/tasks/forget/run/"): "Redis is away in the tests",
    **recordings_table.UNCHANGED,
    **live_table.UNCHANGED,
}
IMPLIED = {
    "/settings/devices/everywhere/": ["account.signed_out"],  # of this device, by Django
    "/api/v1/teams": ["team.member_added"],  # its maker
}
SAFE = {"GET", "HEAD", "OPTIONS"}
CHANGES = [row for row in (*PROGRAM, *PAGES) if row.method not in SAFE and row.route not in EVENTS]


@pytest.mark.parametrize("row", CHANGES, ids=name_of)
def test_a_change_leaves_one_entry(row: Row, world, callers: Callers):
    those, things, _ = world
    clients = callers.programs() if row.route.startswith("api/") else callers.browsers()
    for role in ("a", "staff"):
        with undone():
            before = set(Entry.objects.values_list("pk", flat=True))
            status = ask(clients[role], row, row.path.format(**things)).status_code
            if status >= 400:
                continue
            entries = list(Entry.objects.exclude(pk__in=before).exclude(action__in=IMPLIED.get(row.path, ())))
            if not entries and "release" in row.route and role == "staff" and "{" not in row.path:
                continue  # staff have no session of their own to release
            assert [entry.action for entry in entries] == [entry.action for entry in entries[:1]], role
            if (row.method, row.path) in UNCHANGED:
                assert entries == []
                return
            assert entries, f"{role} was answered {status}: call audit.record, or say above why not"
            assert entries[0].person_id == getattr(those, role).pk
            assert entries[0].address == "127.0.0.1"
            assert entries[0].thing or entries[0].after
            return


def test_the_end_of_a_drain_is_told(world, callers: Callers):
    _, things, _ = world
    client = callers.programs()["a"]
    path = f"/api/v1/pools/{things['pool']}/drain"
    for method in ("post", "delete", "delete"):
        getattr(client, method)(path)
    told = Entry.objects.filter(thing=things["pool"]).order_by("id").values_list("action", flat=True)
    assert list(told)[-2:] == ["pool.paused", "pool.resumed"]


def test_the_canaries_of_all_changes_stand_in_no_entry(world, callers: Callers):
    """Secrets that were really handed out: tokens, tickets, passwords."""
    _, things, _ = world
    client = callers.programs()["a"]
    made = client.post("/api/v1/tokens", {"name": "x"}, content_type="application/json").json()["token"]
    root = client.post(f"/api/v1/sessions/{things['session']}/host-root").json()
    told = repr(list(Entry.objects.values()))
    assert made not in told
    assert "url" not in root or root["url"].split("//")[1].split(".")[0] not in told


def test_a_refusal_by_scope_leaves_one_entry_a_minute(callers: Callers):
    reader = callers.programs()["reader"]
    before = Entry.objects.filter(action="access.refused").count()
    answers = [reader.post("/api/v1/pools", {"name": "x"}, content_type="application/json") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {403}
    refused = Entry.objects.filter(action="access.refused")
    assert refused.count() - before == 1
    assert refused.latest("id").after["path"] == "/api/v1/pools"
