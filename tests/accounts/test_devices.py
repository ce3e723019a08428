"""Where one is signed in: the list, ending one, signing out everywhere, and what a new password does."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from apps.access.actor import Actor
from apps.accounts.devices import devices_of
from apps.accounts.models import Device, User
from apps.sessions.tickets import mint
from apps.tokens.services import revoked
from tests.factories.people import PASSWORD, make_token, make_user
from tests.factories.sessions import make_claimed_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Enter = Callable[..., Client]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "another horse battery"


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_each_browser_is_listed_with_what_where_and_when(ann: User, enter: Enter) -> None:
    enter(ann, address="198.51.100.7", agent=FIREFOX)
    page = enter(ann).get("/settings/devices/").content.decode()
    assert "Firefox on Linux" in page
    assert "198.51.100.7" in page
    assert page.count(">this one<") == 1


def test_the_list_holds_no_cookie(ann: User, enter: Enter) -> None:
    cookie = enter(ann).cookies["browsergrid_session"].value
    assert cookie not in Device.objects.values_list("session_key", flat=True)
    assert cookie not in enter(ann).get("/settings/devices/").content.decode()


def test_one_browser_is_signed_out_and_the_others_stay(ann: User, enter: Enter) -> None:
    here, there = enter(ann), enter(ann, agent=FIREFOX)
    other = Device.objects.get(user_agent=FIREFOX)
    here.post(f"/settings/devices/{other.public_id}/end/")
    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_anothers_browser_not_even_staff(ann: User, enter: Enter) -> None:
    hers = enter(ann)
    device = Device.objects.get(user=ann)
    staff = Client()
    staff.force_login(make_user(superuser=True), backend="django.contrib.auth.backends.ModelBackend")
    assert staff.post(f"/settings/devices/{device.public_id}/end/").status_code == 404
    assert is_in(hers)


def test_signing_out_takes_the_browser_off_the_list(ann: User, enter: Enter) -> None:
    enter(ann).post("/accounts/logout/")
    assert devices_of(ann).count() == 0
    assert Session.objects.count() == 0


def test_signing_out_everywhere_ends_every_browser_this_one_too(ann: User, enter: Enter) -> None:
    browsers = [enter(ann) for _ in range(3)]
    browsers[0].post("/settings/devices/everywhere/")
    assert [is_in(client) for client in browsers] == [False] * 3


def test_tokens_stay_unless_ticked(ann: User, enter: Enter) -> None:
    token, _ = make_token(ann)
    enter(ann).post("/settings/devices/everywhere/")
    assert revoked([token.public_id]) == set()
    enter(ann).post("/settings/devices/everywhere/", {"tokens": "1"})
    assert revoked([token.public_id]) == {token.public_id}


def test_what_was_handed_out_to_browsers_is_void_after_signing_out_everywhere(ann: User, enter: Enter) -> None:
    former = Actor.by_cookie(ann)
    mint(make_claimed_session(ann), actor=former)
    enter(ann).post("/settings/devices/everywhere/")
    ann.refresh_from_db()
    assert revoked([former.credential]) == {former.credential}
    assert revoked([Actor.by_cookie(ann).credential]) == set()


def test_nobody_elses_browsers_are_touched(ann: User, enter: Enter) -> None:
    bob = make_user("bob@example.com")
    his = enter(bob)
    enter(ann).post("/settings/devices/everywhere/", {"tokens": "1"})
    assert is_in(his)
    assert revoked([Actor.by_cookie(bob).credential]) == set()


def test_a_new_password_signs_out_the_others_and_keeps_this_browser(ann: User, enter: Enter) -> None:
    here, there = enter(ann), enter(ann)
    former = Actor.by_cookie(ann)
    here.post("/settings/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert is_in(here)
    assert not is_in(there)
    assert revoked([former.credential]) == {former.credential}
    ann.refresh_from_db()
    assert devices_of(ann).count() == 1


def test_a_password_set_in_the_administration_signs_out_everywhere(ann: User, enter: Enter) -> None:
    hers = enter(ann)
    ann.set_password(NEW)
    ann.save()
    assert not is_in(hers)
    assert devices_of(ann).count() == 0


def test_other_rights_need_another_sign_in(ann: User, enter: Enter) -> None:
    hers = enter(ann)
    ann.is_staff = True
    ann.save()
    assert not is_in(hers)


def test_a_better_hash_of_the_same_password_signs_nobody_out(ann: User, enter: Enter) -> None:
    hers = enter(ann)
    ann.save(update_fields=["password"])
    assert is_in(hers)


def test_saving_a_person_read_before_does_not_bring_former_cookies_back(ann: User, enter: Enter) -> None:
    hers, read_before = enter(ann), User.objects.get(pk=ann.pk)
    hers.post("/settings/devices/everywhere/")
    read_before.name = "Ann"
    read_before.save()
    ann.refresh_from_db()
    assert (ann.name, ann.sign_out_epoch) == ("Ann", 1)


def test_another_cookie_is_the_same_device(ann: User, enter: Enter) -> None:
    client = enter(ann)
    device = Device.objects.get(user=ann)
    cookie = client.cookies["browsergrid_session"].value
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.cookies["browsergrid_session"].value != cookie
    assert Device.objects.get(user=ann).pk == device.pk
    assert is_in(client)
