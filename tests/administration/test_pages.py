"""The administration: what staff see and change there, and that rules hold there too."""

import pytest
from django.contrib import admin
from django.urls import reverse

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession
from apps.tokens.models import ApiToken
from tests.administration.conftest import signed_in
from tests.factories.people import make_token
from tests.factories.pools import fake_provider

pytestmark = pytest.mark.django_db
OURS = [
    "accounts", "audit", "browser_sessions", "django_celery_beat", "events", "nodes", "pools", "quotas",
    "tasks", "tokens",
]  # fmt: skip


def _ours():
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


def _list(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def test_staff_can_look_at_every_list_of_ours(staff, user_with_things):
    for model in _ours():
        response = staff.get(_list(model))
        assert response.status_code == 200, model
        response = staff.get(_list(model), {"q": "x"} if admin.site._registry[model].search_fields else {})
        assert response.status_code == 200, model


def test_staff_can_open_one_of_each(staff, user_with_things):
    for model in _ours():
        row = model.objects.first()
        if row is not None:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            assert staff.get(reverse(name, args=[row.pk])).status_code == 200, model


@pytest.fixture
def user_with_things(make_user, running_session):
    user = make_user()
    running_session(user)
    make_token(user)
    return user


def test_an_ordinary_user_is_sent_to_the_sign_in(make_user):
    assert signed_in(make_user()).get("/admin/").status_code == 302


def test_a_system_pool_is_made_and_changed_through_the_services(staff, default_pool):
    form = {
        "name": "big", "provider": str(fake_provider().pk), "browser": "chromium", "min": 0, "max": 9,
        "max_concurrency": 9, "max_starting": 2, "prepared": 1, "timeout_minutes": 60, "idle_timeout_seconds": 300,
        "per_user_limit": "", "queue_limit": 100, "queue_timeout_seconds": 25, "viewport_width": 1280,
        "viewport_height": 720, "launch": "{}", "labels": "{}", "idle_policy": "none", "hibernate_days": 7,
        "recording": "none",
    }  # fmt: skip
    assert staff.post(reverse("admin:pools_pool_add"), form).status_code == 302
    pool = Pool.current.get(name="big")
    assert pool.is_system
    assert pool.counter.alive == 0
    change = reverse("admin:pools_pool_change", args=[pool.pk])
    assert staff.post(change, form | {"max": 3}).status_code == 302
    pool.refresh_from_db()
    assert pool.max == 3
    refused = staff.post(change, form | {"min": 5, "max": 3})
    assert refused.status_code in {200, 302}
    pool.refresh_from_db()
    assert pool.min == 0
    assert staff.post(reverse("admin:pools_pool_delete", args=[pool.pk]), {"post": "yes"}).status_code == 302
    assert not Pool.current.filter(name="big").exists()
    assert Pool.objects.filter(name="big").exists()


def test_what_the_service_refuses_is_told_and_not_a_failure(staff, default_pool, monkeypatch):
    from apps.core.errors import Conflict
    from apps.pools import admin as pages

    def refuse(*_, **__):
        raise Conflict("no", "Not today.")

    monkeypatch.setattr(pages, "delete_pool", refuse)
    pool = Pool.objects.create(name="x", provider=fake_provider())
    response = staff.post(reverse("admin:pools_pool_delete", args=[pool.pk]), {"post": "yes"}, follow=True)
    assert b"Not today." in response.content
    assert Pool.current.filter(pk=pool.pk).exists()


def test_the_default_pool_cannot_be_deleted(staff, default_pool):
    assert staff.post(reverse("admin:pools_pool_delete", args=[default_pool.pk]), {"post": "yes"}).status_code == 403
    form = {"action": "delete_selected", "_selected_action": [str(default_pool.pk)], "post": "yes"}
    staff.post(reverse("admin:pools_pool_changelist"), form)
    assert Pool.current.filter(pk=default_pool.pk).exists()


def test_sessions_are_read_only_and_can_be_released_by_force(staff, user_with_things):
    session = BrowserSession.objects.get(owner=user_with_things)
    change = reverse("admin:browser_sessions_browsersession_change", args=[session.pk])
    assert staff.post(change, {"state": "ready"}).status_code == 403
    assert staff.get(reverse("admin:browser_sessions_browsersession_add")).status_code == 403
    form = {"action": "release", "_selected_action": [str(session.pk)]}
    asked = staff.post(reverse("admin:browser_sessions_browsersession_changelist"), form)
    session.refresh_from_db()
    assert session.end_reason == ""
    assert b"Leave it" in asked.content
    staff.post(reverse("admin:browser_sessions_browsersession_changelist"), form | {"confirmed": "yes"})
    session.refresh_from_db()
    assert session.end_reason == "admin"


def test_tokens_are_revoked_there_and_their_hashes_never_shown(staff, user_with_things):
    token = ApiToken.objects.get(owner=user_with_things)
    page = staff.get(reverse("admin:tokens_apitoken_change", args=[token.pk]))
    assert token.hash not in page.content.decode()
    staff.post(
        reverse("admin:tokens_apitoken_changelist"),
        {"action": "revoke", "confirmed": "yes", "_selected_action": [str(token.pk)]},
    )
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_staff_cannot_make_themselves_or_anybody_a_superuser(staff, superuser, user_with_things):
    change = reverse("admin:accounts_user_change", args=[user_with_things.pk])
    form = {"email": user_with_things.email, "name": "", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    assert staff.post(change, form).status_code == 403
    assert staff.get(reverse("admin:accounts_user_add")).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[user_with_things.pk])
    assert staff.post(password, {"password1": "x" * 20, "password2": "x" * 20}).status_code == 403
    assert superuser.post(change, form).status_code == 302
    user_with_things.refresh_from_db()
    assert user_with_things.is_superuser


def test_a_superuser_makes_a_person(superuser):
    form = {"email": "new@example.com", "name": "New", "password1": "a good long word", "password2": "a good long word"}
    response = superuser.post(reverse("admin:accounts_user_add"), form | {"usable_password": "true"})
    assert response.status_code == 302, response.context and response.context["adminform"].form.errors
    assert User.objects.get(email="new@example.com").check_password("a good long word")
