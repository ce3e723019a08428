"""The default pool and the embedded provider, made where absent and never overwritten: they are the operator's."""

from django.conf import settings
from django.db import migrations


def make_default_pool(apps, schema_editor):
    ProviderConfiguration = apps.get_model("pools", "ProviderConfiguration")
    Pool = apps.get_model("pools", "Pool")
    PoolCounter = apps.get_model("pools", "PoolCounter")
    local, _ = ProviderConfiguration.objects.get_or_create(
        name="local",
        defaults={"kind": "node", "open_to_users": True, "egress_allow": list(settings.GRID.egress_allow)},
    )
    if Pool.objects.filter(is_default=True).exists():
        return
    pool = Pool.objects.create(
        name="default",
        provider=local,
        is_default=True,
        min=2,
        max=8,
        max_concurrency=6,
        max_starting=2,
        timeout_minutes=60,
        idle_timeout_seconds=300,
        queue_limit=100,
        queue_timeout_seconds=25,
    )
    PoolCounter.objects.create(pool=pool)


class Migration(migrations.Migration):
    dependencies = [("pools", "0001_initial")]
    operations = [migrations.RunPython(make_default_pool, migrations.RunPython.noop)]
