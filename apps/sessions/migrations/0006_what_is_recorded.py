from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("browser_sessions", "0005_viewers_and_takeover"),
    ]

    operations = [
        migrations.AddField(
            model_name="browsersession",
            name="record",
            field=models.CharField(
                choices=[("none", "None"), ("dom", "Dom"), ("video", "Video"), ("all", "All")],
                default="none",
                max_length=6,
            ),
        ),
    ]
