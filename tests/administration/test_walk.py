"""Every page of the administration, as each kind of person; and how much it asks of the database."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from apps.access.admin import GridAdmin
from apps.accounts.models import User
from apps.core import clock
from apps.events.models import Event
from apps.pools.models import Pool, PoolCounter
from apps.sessions.models import BrowserSession
from apps.tasks.models import TaskRun
from apps.tasks.seeding import seed
from apps.tokens.models import ApiToken
from tests.factories.people import make_token
from tests.factories.pools import fake_provider

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
MOST_QUERIES = 12
MANY = 1000
IN_A_PAGE = re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>|\son[a-z]{4,}=\"")


def models() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def pages(model: type[Model]) -> Iterator[str]:
    yield address(model, "changelist")
    yield address(model, "add")
    row = model._default_manager.first()
    if row is None:
        return
    for page in ("change", "delete", "history"):
        yield address(model, page, row.pk)
    for act in getattr(admin.site._registry[model], "acts", ()):
        yield address(model, "act", row.pk, act.name)


@pytest.fixture
def things(make_user: Callable[..., User], running_session: Callable[..., object]) -> None:
    seed()
    user = make_user()
    running_session(user)
    make_token(user)
    TaskRun.objects.create(task="t", trigger="beat", outcome="ok")


def test_every_page_is_one_of_ours() -> None:
    """What a library registers knows neither our rights nor our looks."""
    assert [model._meta.label for model in models() if not hasattr(admin.site._registry[model], "may_change")] == []


@pytest.mark.parametrize("who", ["staff", "superuser"])
def test_staff_reach_every_page_or_are_told_no(who: str, request: pytest.FixtureRequest, things: None) -> None:
    client: Client = request.getfixturevalue(who)
    wrong = {}
    for model in models():
        for page in pages(model):
            status = client.get(page).status_code
            if status not in {200, 302, 403}:
                wrong[page] = status
        assert client.get(address(model, "changelist")).status_code == 200, model
    assert wrong == {}


@pytest.mark.parametrize("who", ["person", "nobody"])
def test_nobody_else_learns_even_that_something_is_there(
    who: str, request: pytest.FixtureRequest, things: None
) -> None:
    client: Client = request.getfixturevalue(who)
    for model in models():
        row = model._default_manager.first()
        for page in pages(model):
            answer = client.get(page)
            assert answer.status_code == 302, page
            assert answer["Location"].startswith("/admin/login/") or answer["Location"].startswith("/accounts/")
        if row is not None:
            nothing = client.get(address(model, "change", "00000000-0000-7000-8000-000000000000"))
            assert nothing.status_code == 302


def test_staff_cannot_write_what_is_only_shown(staff: Client, things: None) -> None:
    for model in models():
        page = admin.site._registry[model]
        row = model._default_manager.first()
        if row is not None and not page.may_change:
            assert staff.post(address(model, "change", row.pk), {"name": "x"}).status_code == 403, model
        if not page.may_add:
            assert staff.post(address(model, "add"), {"name": "x"}).status_code == 403, model


def test_no_secret_stands_on_any_page(superuser: Client, things: None) -> None:
    token = ApiToken.objects.get()
    for model in models():
        for page in pages(model):
            text = superuser.get(page).content.decode()
            assert token.hash not in text, page
            assert "argon2" not in text.lower() or "algorithm" in text.lower(), page


def test_no_page_holds_a_script_and_the_policy_allows_none(superuser: Client, things: None) -> None:
    held = {}
    for model in models():
        for page in pages(model):
            answer = superuser.get(page)
            if found := IN_A_PAGE.findall(answer.content.decode()):
                held[page] = found
            assert "script-src 'self' 'unsafe-eval';" in f"{answer['Content-Security-Policy']};", page
    assert held == {}


def test_the_home_page_shows_strips_and_what_needs_attention(staff: Client, default_pool: Pool) -> None:
    text = staff.get(reverse("admin:index")).content.decode()
    assert f'id="strip-{default_pool.public_id}"' in text
    assert "Needs attention" in text
    assert "nobody ticks" in text.lower() or "Nobody holds the lease" in text


def test_a_list_asks_little_however_long_it_is(
    staff: Client, make_user: Callable[..., User], default_pool: Pool, django_assert_max_num_queries
) -> None:
    seed()
    now, user = clock.now(), make_user()
    User.objects.bulk_create(User(email=f"p{n}@example.com") for n in range(MANY))
    people = list(User.objects.filter(email__startswith="p")[:MANY])
    pools = Pool.objects.bulk_create(
        Pool(name=f"pool{n}", owner=people[n % len(people)], provider=fake_provider()) for n in range(MANY)
    )
    PoolCounter.objects.bulk_create(PoolCounter(pool=pool) for pool in pools)
    BrowserSession.objects.bulk_create(
        BrowserSession(
            pool=pools[n], owner=people[n % len(people)], launch_wanted="x", pool_launch="x",
        )
        for n in range(MANY)
    )  # fmt: skip
    ApiToken.objects.bulk_create(
        ApiToken(owner=people[n % len(people)], name="t", hash=f"{n:064}", start="bg_x", last4="xxxx")
        for n in range(MANY)
    )
    Event.objects.bulk_create(Event(type="pool.changed", occurred_at=now, owner=user) for _ in range(MANY))
    TaskRun.objects.bulk_create(
        TaskRun(task="t", trigger="beat", outcome="ok", started_at=now - timedelta(seconds=n)) for n in range(MANY)
    )
    for model in models():
        with django_assert_max_num_queries(MOST_QUERIES):
            assert staff.get(address(model, "changelist")).status_code == 200, model
    with django_assert_max_num_queries(MOST_QUERIES + 8):
        staff.get(reverse("admin:index"))


def test_pages_of_a_long_list_are_turned_without_counting(staff: Client, default_pool: Pool) -> None:
    page = GridAdmin.list_per_page
    TaskRun.objects.bulk_create(TaskRun(task=f"t{n}", trigger="beat", outcome="ok") for n in range(page + 10))
    first = staff.get(address(TaskRun, "changelist")).context["cl"]
    assert len(first.result_list) == page
    told = staff.get(address(Pool, "changelist")).content.decode()
    assert "Select all matching pools" in told
    assert "9999999999" not in told
    second = staff.get(address(TaskRun, "changelist"), {"p": "2"}).context["cl"]
    assert len(second.result_list) == 10
    assert len({row.pk for shown in (first, second) for row in shown.result_list}) == page + 10


def test_what_lies_before_a_page_is_passed_over_by_key_alone(staff: Client, running_session, make_user) -> None:
    user = make_user()
    _, middle, _ = (running_session(user)[0] for _ in range(3))
    page = admin.site._registry[BrowserSession]
    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as asked:
        patch.setattr(page, "list_per_page", 1)
        shown = staff.get(address(BrowserSession, "changelist"), {"p": "2"}).context["cl"]
    assert [row.pk for row in shown.result_list] == [middle.pk]
    passing = [query["sql"] for query in asked.captured_queries if "OFFSET 1" in query["sql"]]
    assert len(passing) == 1
    assert "JOIN" not in passing[0]


def test_old_addresses_of_the_schedulers_own_pages_are_gone() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("admin:django_celery_beat_solarschedule_changelist")
