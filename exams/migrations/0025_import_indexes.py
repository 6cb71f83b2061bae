"""Fewer indexes to write for each question of an import, and the row beside the question instead of the question beside
the row, so that no row is written twice.

The indexes go by their names, without touching the tables: altering the fields would copy a million questions on SQLite
and look through all their keys on PostgreSQL.
"""

import django.db.models.deletion
from django.db import migrations, models

UNINDEXED = (
    ("importrow", "batch"),
    ("importrow", "near_duplicate_of"),
    ("importrow", "question"),
    ("question", "bank"),
    ("question", "batch"),
    ("question", "content_hash"),
    ("questionversion", "question"),
)
"""Indexes of one field: other indexes begin with it, or most rows are null in it. That of content_hash is made anew
without its twin for LIKE on PostgreSQL."""


def drop(apps, schema_editor):
    """Drop the indexes that Django made for the fields themselves."""
    for model_name, field_name in UNINDEXED:
        model = apps.get_model("exams", model_name)
        column = model._meta.get_field(field_name).column
        declared = {one.name for one in (*model._meta.indexes, *model._meta.constraints)}
        with schema_editor.connection.cursor() as cursor:
            found = schema_editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
        for name, facts in found.items():
            is_own = facts["index"] and not facts["unique"] and not facts["primary_key"] and name not in declared
            if is_own and facts["columns"] == [column]:
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


def restore(apps, schema_editor):
    """Make them again."""
    for model_name, field_name in UNINDEXED:
        model = apps.get_model("exams", model_name)
        field = model._meta.get_field(field_name)
        field.db_index = True
        for statement in schema_editor._field_indexes_sql(model, field):
            schema_editor.execute(statement)


def stage_anew(apps, schema_editor):
    """Forget what an import under way has staged without the versions that go with it: it goes on by staging it."""
    apps.get_model("exams", "QuestionChange").objects.filter(batch__state="applying").delete()


class Migration(migrations.Migration):
    """Indexes of questions, versions and rows of imports."""

    dependencies = [
        ("exams", "0024_smaller_results"),
    ]

    operations = [
        migrations.RunPython(stage_anew, migrations.RunPython.noop),
        migrations.AddField(
            model_name="question",
            name="batch_position",
            field=models.PositiveIntegerField(
                db_comment="Row of the import it came with; null where the row names the question",
                editable=False,
                null=True,
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, restore)],
            state_operations=[
                migrations.AlterField(
                    model_name="importrow",
                    name="batch",
                    field=models.ForeignKey(
                        db_comment="The import",
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="exams.importbatch",
                    ),
                ),
                migrations.AlterField(
                    model_name="importrow",
                    name="near_duplicate_of",
                    field=models.ForeignKey(
                        db_comment="The question of the bank that says nearly the same",
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="exams.question",
                    ),
                ),
                migrations.AlterField(
                    model_name="importrow",
                    name="question",
                    field=models.ForeignKey(
                        db_comment="The question that it repeats, updates, or became",
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="exams.question",
                    ),
                ),
                migrations.AlterField(
                    model_name="question",
                    name="bank",
                    field=models.ForeignKey(
                        db_comment="The bank",
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="exams.bank",
                    ),
                ),
                migrations.AlterField(
                    model_name="question",
                    name="batch",
                    field=models.ForeignKey(
                        db_comment="Import it came with",
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="questions",
                        to="exams.importbatch",
                    ),
                ),
                migrations.AlterField(
                    model_name="question",
                    name="content_hash",
                    field=models.CharField(
                        db_comment="SHA-256 of type, content and key, for duplicates", default="", max_length=64
                    ),
                ),
                migrations.AlterField(
                    model_name="questionversion",
                    name="question",
                    field=models.ForeignKey(
                        db_comment="The question",
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="exams.question",
                    ),
                ),
            ],
        ),
        # The comment alone: neither database touches the rows.
        migrations.AlterField(
            model_name="importrow",
            name="question",
            field=models.ForeignKey(
                db_comment="The question that it repeats or updates; Question.batch_position tells what a new one became",
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="exams.question",
            ),
        ),
        migrations.AlterField(
            model_name="questionchange",
            name="current_version",
            field=models.ForeignKey(
                db_comment="The version that is drawn; of the new side the one made for it, null where it keeps its own",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="exams.questionversion",
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("question__isnull", False)), fields=["question"], name="import_row_question_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("near_duplicate_of__isnull", False)),
                fields=["near_duplicate_of"],
                name="import_row_near_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["content_hash"], name="question_hash_idx"),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                condition=models.Q(("batch__isnull", False)),
                fields=["batch", "batch_position"],
                name="question_batch_idx",
            ),
        ),
    ]
