"""What lists are ordered and narrowed by, so that a hundred thousand sessions cost no list its speed."""

from django.conf import settings
from django.db import migrations, models


NAME = "sessions_metadata"


def index_metadata(apps, schema_editor):
    """What `metadata @> …` asks; SQLite has nothing of the kind."""
    if schema_editor.connection.vendor == "postgresql":
        table = apps.get_model("browser_sessions", "BrowserSession")._meta.db_table
        schema_editor.execute(f"CREATE INDEX {NAME} ON {table} USING gin (metadata jsonb_path_ops)")


def forget_metadata(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {NAME}")


class Migration(migrations.Migration):

    dependencies = [
        ('browser_sessions', '0003_shares_and_transfer'),
        ('nodes', '0001_initial'),
        ('pools', '0003_pool_shares'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='browsersession',
            index=models.Index(fields=['state', '-id'], name='sessions_by_state'),
        ),
        migrations.AddIndex(
            model_name='browsersession',
            index=models.Index(condition=models.Q(('end_reason', ''), _negated=True), fields=['end_reason', '-id'], name='sessions_by_ending'),
        ),
        migrations.AddIndex(
            model_name='browsersession',
            index=models.Index(fields=['pool', '-id'], name='sessions_of_pool'),
        ),
        migrations.AddIndex(
            model_name='browsersession',
            index=models.Index(fields=['claimed_at'], name='sessions_claimed'),
        ),
        migrations.AddIndex(
            model_name='connection',
            index=models.Index(fields=['session', '-id'], name='connections_of_session'),
        ),
        migrations.RunPython(index_metadata, forget_metadata),
    ]
