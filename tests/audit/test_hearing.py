"""What is told by signals: signing in and out, and the administration's rows."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from apps.audit.models import Entry
from apps.tasks.seeding import seed
from tests.factories.people import PASSWORD
from tests.factories.pools import fake_provider

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True))


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR="203.0.113.5")


def test_signing_in_and_out_is_told_with_the_address(make_user: Any) -> None:
    user, client = make_user(), Client()
    sign_in(client, user.email)
    client.post(reverse("account_logout"))
    assert actions() == ["account.signed_in", "account.signed_out"]
    assert Entry.objects.filter(person_id=user.pk).count() == 2
    assert Entry.objects.order_by("id")[0].address == "203.0.113.5"


def test_a_failed_sign_in_names_whose_account_it_was_about(make_user: Any) -> None:
    user = make_user()
    sign_in(Client(), user.email, "wrong")
    entry = Entry.objects.get()
    assert (entry.action, entry.thing, entry.person_id) == ("account.sign_in_failed", user.public_id, None)


def test_what_was_typed_as_a_name_is_kept_as_a_hash_alone() -> None:
    sign_in(Client(), "my-secret-passphrase@example.com", "wrong")
    assert "my-secret-passphrase" not in repr(list(Entry.objects.values()))
    assert "wrong" not in repr(list(Entry.objects.values()))


def test_a_changed_row_that_has_no_service_is_told_by_the_administration(make_user: Any) -> None:
    seed()
    staff, client = make_user(staff=True), Client()
    client.force_login(staff)
    job = PeriodicTask.objects.get(name="forget")
    url = reverse("admin:django_celery_beat_periodictask_change", args=[job.pk])
    answer = client.post(url, _form(client, url) | {"expire_seconds": 7})
    assert answer.status_code == 302, answer.content
    entry = Entry.objects.get(action="row.changed")
    assert (entry.before, entry.after) == ({"expire_seconds": job.expire_seconds}, {"expire_seconds": 7})
    assert entry.person_id == staff.pk


def test_a_provider_changed_in_the_administration_is_told_once_by_its_service(make_user: Any) -> None:
    client = Client()
    client.force_login(make_user(staff=True))
    url = reverse("admin:pools_providerconfiguration_change", args=[fake_provider("other").pk])
    assert client.post(url, _form(client, url) | {"open_to_users": ""}).status_code == 302
    told = Entry.objects.exclude(action="account.signed_in")
    assert [(entry.action, entry.after) for entry in told] == [("provider.changed", {"open_to_users": False})]


def test_a_pool_changed_in_the_administration_is_told_once(make_user: Any, default_pool: Any) -> None:
    client = Client()
    client.force_login(make_user(staff=True))
    url = reverse("admin:pools_pool_change", args=[default_pool.pk])
    assert client.post(url, _form(client, url) | {"timeout_minutes": 7}).status_code == 302
    about = Entry.objects.filter(thing=default_pool.public_id)
    assert [entry.action for entry in about] == ["pool.changed"]
    assert about[0].after["timeout_minutes"] == 7


def _superuser(make_user: Any) -> Client:
    client = Client()
    client.force_login(make_user(superuser=True))
    return client


def test_rights_given_in_the_administration_are_told_once(make_user: Any) -> None:
    person, client = make_user(), _superuser(make_user)
    url = reverse("admin:accounts_user_change", args=[person.pk])
    answer = client.post(url, _form(client, url) | {"is_staff": "on"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    (entry,) = Entry.objects.filter(thing=person.public_id)
    assert entry.action == "account.changed"
    assert (entry.before["is_staff"], entry.after["is_staff"]) == (False, True)


def test_a_password_set_in_the_administration_is_told_without_it(make_user: Any) -> None:
    person, client = make_user(), _superuser(make_user)
    words = {"password1": "a new horse battery", "password2": "a new horse battery", "usable_password": "true"}
    answer = client.post(reverse("admin:auth_user_password_change", args=[person.pk]), words)
    assert answer.status_code == 302
    (entry,) = Entry.objects.filter(thing=person.public_id)
    assert "horse" not in repr((entry.before, entry.after))


def test_a_quota_set_by_staff_is_told(make_user: Any) -> None:
    staff, person, client = make_user(staff=True), make_user(), Client()
    client.force_login(staff)
    answer = client.post(reverse("admin:quotas_quota_add"), {"user": str(person.pk), "sessions": 3})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    entry = Entry.objects.get(action="quota.changed")
    assert (entry.person_id, entry.after["sessions"]) == (staff.pk, 3)


def _form(client: Client, url: str) -> dict[str, Any]:
    form = client.get(url).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in shown.items()}
