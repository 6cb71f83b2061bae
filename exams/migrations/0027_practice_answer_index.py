"""The index of practice answers by question goes by time too: a class is looked at for some days."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exams", "0026_practice_sets")]

    operations = [
        migrations.AddIndex(
            model_name="practiceanswer",
            index=models.Index(fields=["question_id", "answered_at"], name="practice_question_days_idx"),
        ),
        migrations.AlterField(
            model_name="practiceanswer",
            name="question_id",
            field=models.BigIntegerField(db_comment="The question"),
        ),
    ]
