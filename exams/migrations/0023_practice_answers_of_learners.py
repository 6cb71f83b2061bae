"""Every answer of practice has its learner."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("exams", "0022_practice_progress_filled"),
    ]

    operations = [
        migrations.AlterField(
            model_name="practiceanswer",
            name="user",
            field=models.ForeignKey(
                db_comment="The learner, as the session has it",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="practice_answers",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
