"""The default pool is a row of the operator's: what they change stays, whatever is started again."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.audit.models import Entry
from apps.pools.models import Pool, ProviderConfiguration
from browsergrid.supervisor import preparation

pytestmark = pytest.mark.django_db


def local() -> ProviderConfiguration:
    """The migration's; made anew where a flush between tests has removed it."""
    return ProviderConfiguration.objects.get_or_create(name="local", defaults={"kind": "node"})[0]


def form_of(pool: Pool) -> dict[str, object]:
    names = (
        "name", "browser", "min", "max", "max_concurrency", "max_starting", "prepared", "timeout_minutes",
        "idle_timeout_seconds", "queue_limit", "queue_timeout_seconds", "viewport_width", "viewport_height",
        "idle_policy", "hibernate_days", "recording",
    )  # fmt: skip
    plain = {name: getattr(pool, name) for name in names}
    return plain | {"provider": str(pool.provider_id), "per_user_limit": "", "launch": "{}", "labels": "{}"}


def test_a_change_survives_migrations_and_the_seeding_of_a_start(
    staff: Client, default_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation.connections, "close_all", lambda: None)  # the test's own transaction
    change = reverse("admin:pools_pool_change", args=[default_pool.pk])
    wanted = {"name": "shared", "min": 1, "max": 3, "max_concurrency": 2, "timeout_minutes": 7, "queue_limit": 0}
    assert staff.post(change, form_of(default_pool) | wanted).status_code == 302
    preparation.migrate_database()
    call_command("migrate", "pools", verbosity=0)
    preparation.make_first_people()
    default_pool.refresh_from_db()
    assert {name: getattr(default_pool, name) for name in wanted} == wanted
    assert Pool.objects.filter(is_default=True).count() == 1


@pytest.mark.parametrize(
    ("launch", "words"),
    [
        ('{"proxy": "http://user:secret@10.0.0.1:3128"}', "belongs to one session"),
        ('{"args": ["--proxy-server=http://10.0.0.1:3128"]}', "proxy-server"),
        ('{"args": ["--no-sandbox"]}', "no-sandbox"),
        ('{"locale": "../../etc"}', "locale"),
        ('{"headless": false}', "headless"),
        ('{"viewport": {"width": 1, "height": 1}}', "width"),
        ("[]", "object"),
        ('{"locale": "\\ud800"}', "locale"),
        ("[" * 100_000 + "]" * 100_000, "nested"),
    ],
    ids=lambda value: value[:40],
)
def test_raw_launch_json_meets_the_same_rules_as_in_the_api(
    launch: str, words: str, staff: Client, default_pool: Pool
) -> None:
    change = reverse("admin:pools_pool_change", args=[default_pool.pk])
    answer = staff.post(change, form_of(default_pool) | {"launch": launch})
    assert answer.status_code == 200
    assert words in " ".join(answer.context["adminform"].form.errors.get("launch", []))
    default_pool.refresh_from_db()
    assert default_pool.launch == {}


@pytest.mark.parametrize("entries", ['["not a host:port:"]', '["localhost:99999"]', "[7]", '{"a": 1}', '"x"'])
def test_an_egress_list_that_no_node_understands_is_refused(entries: str, staff: Client, default_pool: Pool) -> None:
    provider = local()
    form = {"open_to_users": "on", "egress_allow": entries, "options": "{}"}
    answer = staff.post(reverse("admin:pools_providerconfiguration_change", args=[provider.pk]), form)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["egress_allow"]


def test_one_that_they_do_is_kept_and_in_the_audit(staff: Client, default_pool: Pool) -> None:
    provider = local()
    form = {"egress_allow": '["localhost:3000"]', "options": "{}"} | (
        {"open_to_users": "on"} if provider.open_to_users else {}
    )
    staff.post(reverse("admin:pools_providerconfiguration_change", args=[provider.pk]), form)
    provider.refresh_from_db()
    assert provider.egress_allow == ["localhost:3000"]
    told = Entry.objects.filter(thing=provider.public_id).values_list("action", "kind", "before", "after")
    before, after = {"egress_allow": []}, {"egress_allow": ["localhost:3000"]}
    assert [*told] == [("provider.changed", "provider", before, after)]


@pytest.mark.parametrize("options", ['{"a": "\\u0000"}', '{"a": ["\\ud800"]}', '{"a": NaN}', "[]", "7"])
def test_options_that_no_database_takes_are_refused(options: str, staff: Client) -> None:
    provider = local()
    form = {"egress_allow": "[]", "options": options}
    answer = staff.post(reverse("admin:pools_providerconfiguration_change", args=[provider.pk]), form)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["options"]


def test_a_provider_is_made_and_deleted_through_the_services(staff: Client) -> None:
    form = {"name": "far", "kind": "node", "open_to_users": "on", "egress_allow": "[]", "options": "{}"}
    assert staff.post(reverse("admin:pools_providerconfiguration_add"), form).status_code == 302
    provider = ProviderConfiguration.objects.get(name="far")
    assert provider.open_to_users
    delete = reverse("admin:pools_providerconfiguration_delete", args=[provider.pk])
    assert staff.post(delete, {"post": "yes"}).status_code == 302
    assert not ProviderConfiguration.objects.filter(name="far").exists()
    told = Entry.objects.filter(thing=provider.public_id).order_by("id").values_list("action", flat=True)
    assert [*told] == ["provider.created", "provider.deleted"]
