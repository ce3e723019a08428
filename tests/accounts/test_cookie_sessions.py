"""The store of signed-in people's sessions."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from apps.accounts.cookie_sessions import SessionStore, stored

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_the_table_holds_no_cookies_value(make_user):
    client = Client()
    client.force_login(make_user())
    cookie = client.cookies["browsergrid_session"].value
    (row,) = Session.objects.all()
    assert row.session_key == stored(cookie)
    assert cookie not in f"{row.session_key} {row.session_data}"
    assert client.get("/settings/").status_code == 200
    stolen = Client()
    stolen.cookies["browsergrid_session"] = row.session_key
    assert stolen.get("/settings/").status_code == 302


def test_a_session_is_made_read_changed_and_deleted():
    made = SessionStore()
    made["colour"] = "red"
    made.save()
    again = SessionStore(made.session_key)
    assert again["colour"] == "red"
    assert again.exists(made.session_key)
    again["colour"] = "blue"
    again.save()
    assert SessionStore(made.session_key)["colour"] == "blue"
    again.cycle_key()
    assert again["colour"] == "blue"
    assert not again.exists(made.session_key)
    again.flush()
    assert Session.objects.count() == 0


def test_an_unknown_cookie_is_forgotten():
    unknown = SessionStore("a" * 32)
    assert unknown.get("colour") is None
    assert unknown.session_key is None


@pytest.mark.django_db(transaction=True)
async def test_it_does_the_same_without_threads():
    made = SessionStore()
    await made.aset("colour", "red")
    await made.asave()
    again = SessionStore(made.session_key)
    assert await again.aget("colour") == "red"
    assert await again.aexists(made.session_key)
    await again.adelete()
    assert await SessionStore(made.session_key).aget("colour") is None
    await sync_to_async(connections.close_all)()  # of the thread that asked; the test database could not be dropped
