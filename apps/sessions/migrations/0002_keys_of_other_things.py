"""An Idempotency-Key may also stand for what is no session: a pool, a token, a team."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("browser_sessions", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="idempotencykey",
            name="made",
            field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
    ]
