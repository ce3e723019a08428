from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quotas", "0001_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="quota",
            name="recording_days",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Most days that recordings, logs and files are kept. Empty: no word.",
                null=True,
            ),
        ),
    ]
