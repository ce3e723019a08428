import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pools", "0003_pool_shares"),
    ]

    operations = [
        migrations.AddField(
            model_name="pool",
            name="logs",
            field=models.BooleanField(
                default=True, help_text="Whether console, network and commands of its sessions are kept."
            ),
        ),
        migrations.AddField(
            model_name="pool",
            name="recording_days",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Days that recordings, logs and files are kept; 0: until deleted; empty: as everywhere.",
                null=True,
                validators=[django.core.validators.MaxValueValidator(3650)],
            ),
        ),
    ]
