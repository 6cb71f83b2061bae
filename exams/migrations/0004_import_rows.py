"""Imports keep their questions as rows; exports have a table."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import edu.core.ids


class Migration(migrations.Migration):
    """New tables ImportRow and QuestionExport; new columns of ImportBatch."""

    dependencies = [
        ("exams", "0003_import_problem_codes"),
        ("jobs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="applied_position",
            field=models.PositiveIntegerField(db_comment="Last row written, to go on after a crash", default=0),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="encoding",
            field=models.CharField(
                db_comment="Encoding that a person chose; empty: detected", default="", max_length=20
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="error",
            field=models.JSONField(
                db_comment="Why the file could not be read: {text, values}, in English", default=dict
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="is_format_chosen",
            field=models.BooleanField(db_comment="Whether a person chose the format", default=False),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="job",
            field=models.ForeignKey(
                db_comment="The work under way or last done",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="jobs.job",
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="options",
            field=models.JSONField(
                db_comment="Chosen for all rows: updates, doubtful, topic, tags, difficulty", default=dict
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="storage_name",
            field=models.CharField(
                db_comment="Where the file lies in the storage until it is imported; then empty",
                default="",
                max_length=400,
            ),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="format",
            field=models.CharField(
                db_comment="Name of a module in exams.interchange.formats; empty until it is known", max_length=20
            ),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="replaced",
            field=models.JSONField(
                db_comment="Updated questions as they were, of imports before there were rows", default=list
            ),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="report",
            field=models.JSONField(db_comment="Counts of rows by state, created, updated, restored", default=dict),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="state",
            field=models.CharField(
                choices=[
                    ("reading", "being read"),
                    ("planned", "to be confirmed"),
                    ("applying", "being imported"),
                    ("applied", "imported"),
                    ("undoing", "being undone"),
                    ("undone", "undone"),
                    ("failed", "failed"),
                ],
                db_comment="Where it is on its way",
                default="reading",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="QuestionExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="Id in addresses", default=edu.core.ids.new_public_id, editable=False, unique=True
                    ),
                ),
                ("format", models.CharField(db_comment="Name of a module in exams.interchange.formats", max_length=20)),
                (
                    "selection",
                    models.JSONField(
                        db_comment="Which questions: filter values, or public ids; empty for all that are not retired",
                        default=dict,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("writing", "being written"), ("ready", "ready"), ("failed", "failed")],
                        db_comment="Where it is on its way",
                        default="writing",
                        max_length=10,
                    ),
                ),
                (
                    "count",
                    models.PositiveIntegerField(db_comment="Questions that were handed to the format", default=0),
                ),
                (
                    "losses",
                    models.JSONField(
                        db_comment="What the format cannot carry: {file,row,field,text,values}", default=list
                    ),
                ),
                (
                    "loss_count",
                    models.PositiveIntegerField(db_comment="How many losses there are; 1,000 are kept", default=0),
                ),
                (
                    "storage_name",
                    models.CharField(db_comment="Where the file lies; then empty", default="", max_length=400),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_comment="When it was asked for")),
                ("finished_at", models.DateTimeField(db_comment="When the file was written", null=True)),
                (
                    "bank",
                    models.ForeignKey(
                        db_comment="From which bank",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="exams.bank",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_comment="The work under way or last done",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_comment="Who exports",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table_comment": "Exports of questions",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField(db_comment="1, 2, 3 … within the import")),
                (
                    "file",
                    models.CharField(
                        db_comment="Member of a package; empty for a single file", default="", max_length=255
                    ),
                ),
                (
                    "row",
                    models.PositiveIntegerField(
                        db_comment="Row of a sheet, line of a text, place in a package; from 1"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("duplicate", "there already"),
                            ("update", "updates a question"),
                            ("doubtful", "doubtful"),
                            ("failed", "cannot be imported"),
                            ("excluded", "left out"),
                        ],
                        db_comment="What happens to it",
                        max_length=10,
                    ),
                ),
                (
                    "type",
                    models.CharField(db_comment="Question type, as far as it is known", default="", max_length=30),
                ),
                ("ref", models.CharField(db_comment="The author's own id", default="", max_length=80)),
                (
                    "summary",
                    models.CharField(
                        db_comment="First words of the question in plain text", default="", max_length=300
                    ),
                ),
                ("search_text", models.TextField(db_comment="Plain text of a sound question", default="")),
                (
                    "record",
                    models.JSONField(
                        db_comment="The question record, or a draft of it where the row failed", null=True
                    ),
                ),
                (
                    "problems",
                    models.JSONField(db_comment="What keeps it out: {file,row,field,text,values}", default=list),
                ),
                ("doubts", models.JSONField(db_comment="What was guessed: {file,row,field,text,values}", default=list)),
                (
                    "losses",
                    models.JSONField(db_comment="What cannot be carried: {file,row,field,text,values}", default=list),
                ),
                ("has_losses", models.BooleanField(db_comment="Whether losses is not empty", default=False)),
                (
                    "content_hash",
                    models.CharField(db_comment="SHA-256 of type, content and key", default="", max_length=64),
                ),
                (
                    "repeats_position",
                    models.PositiveIntegerField(db_comment="Earlier row of the same content", null=True),
                ),
                (
                    "near_percent",
                    models.PositiveSmallIntegerField(db_comment="How much the two share, in per cent", null=True),
                ),
                ("former", models.JSONField(db_comment="The updated question as it was before", null=True)),
                (
                    "source",
                    models.TextField(
                        db_comment="The question as the file wrote it, at most 4,000 characters", default=""
                    ),
                ),
                (
                    "cells",
                    models.JSONField(db_comment="Cells of a failed row of a table, to be given back", default=list),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_comment="The import",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="exams.importbatch",
                    ),
                ),
                (
                    "near_duplicate_of",
                    models.ForeignKey(
                        db_comment="The question of the bank that says nearly the same",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="exams.question",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        db_comment="The question that it repeats, updates, or became",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="exams.question",
                    ),
                ),
            ],
            options={
                "db_table_comment": "Rows of imports: questions between file and bank",
                "ordering": ["batch", "position"],
                "indexes": [
                    models.Index(fields=["batch", "state", "position"], name="import_row_state_idx"),
                    models.Index(fields=["batch", "content_hash"], name="import_row_hash_idx"),
                    models.Index(
                        condition=models.Q(("ref", ""), _negated=True),
                        fields=["batch", "ref"],
                        name="import_row_ref_idx",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("batch", "position"), name="import_row_position")],
            },
        ),
    ]
