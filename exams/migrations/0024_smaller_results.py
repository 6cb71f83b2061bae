"""Results and attempts that take less: no index twice, one for answers that wait, and papers without spaces."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import exams.models.json_text

# Django would write the whole table anew on SQLite to drop an index of a foreign key; that takes no statement more.
SPARE = {"exams_attempt_exam_id_3d78bf6c": "exam_id", "exams_attempt_user_id_198d032c": "user_id"}


class Migration(migrations.Migration):
    """Indexes and the encoder of a column; no row is touched."""

    dependencies = [
        ("exams", "0023_practice_answers_of_learners"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON exams_attempt ({column})")
                for name, column in SPARE.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="attempt",
                    name="exam",
                    field=models.ForeignKey(
                        db_comment="The exam",
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="exams.exam",
                    ),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="user",
                    field=models.ForeignKey(
                        db_comment="The learner",
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="paper",
                    field=models.JSONField(
                        db_comment="Frozen: sections [title, instructions, slots [slot, version_id, marks, option "
                        "order]]",
                        encoder=exams.models.json_text.CompactJSON,
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="itemresult",
            name="parts",
            field=models.JSONField(
                db_comment="Parts of the mark: [id, earned, given, weight, parts, correct], what is usual left out at "
                "the end",
                default=list,
            ),
        ),
        migrations.AddIndex(
            model_name="itemresult",
            index=models.Index(fields=["exam_id"], name="result_of_exam_idx"),
        ),
        migrations.AddIndex(
            model_name="itemresult",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["exam_id", "question_id"], name="result_waiting_idx"
            ),
        ),
        migrations.RemoveIndex(model_name="itemresult", name="result_exam_idx"),
    ]
