"""Marking by hand, appeals, records and exports."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import edu.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0014_invigilation"),
        ("jobs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="Id in addresses", default=edu.core.ids.new_public_id, editable=False, unique=True
                    ),
                ),
                ("slot", models.PositiveIntegerField(db_comment="Place in the attempt")),
                ("reason", models.TextField(db_comment="The learner's words", max_length=2000, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "under review"), ("upheld", "upheld"), ("dismissed", "dismissed")],
                        db_comment="open, upheld or dismissed",
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "mark_before",
                    models.DecimalField(
                        db_comment="Mark that the learner objected to", decimal_places=2, max_digits=7, null=True
                    ),
                ),
                (
                    "mark_after",
                    models.DecimalField(
                        db_comment="Mark after the answer; null while it is open",
                        decimal_places=2,
                        max_digits=7,
                        null=True,
                    ),
                ),
                (
                    "answer",
                    models.TextField(
                        blank=True, db_comment="The marker's words to the learner", default="", max_length=2000
                    ),
                ),
                ("created_at", models.DateTimeField(db_comment="When it was made")),
                ("answered_at", models.DateTimeField(db_comment="When it was answered", null=True)),
            ],
            options={
                "db_table_comment": "Appeals of learners against the mark of one item",
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="MarkSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="Id in addresses", default=edu.core.ids.new_public_id, editable=False, unique=True
                    ),
                ),
                ("file_name", models.CharField(db_comment="Its name on the marker's device", max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("read", "to be confirmed"),
                            ("applied", "applied"),
                            ("undone", "undone"),
                            ("discarded", "discarded"),
                        ],
                        db_comment="Where it is on its way",
                        default="read",
                        max_length=10,
                    ),
                ),
                (
                    "rows",
                    models.JSONField(
                        db_comment="Rows that change something: line, attempt, slot, marks, comment, stamp, problem, history",
                        default=list,
                    ),
                ),
                ("unchanged", models.PositiveIntegerField(db_comment="Rows that change nothing", default=0)),
                ("created_at", models.DateTimeField(db_comment="When it was uploaded")),
                ("applied_at", models.DateTimeField(db_comment="When it was applied", null=True)),
                ("undone_at", models.DateTimeField(db_comment="When it was undone", null=True)),
            ],
            options={
                "db_table_comment": "Spreadsheets of marks: read, applied and undone as one",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ResultExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        db_comment="Id in addresses", default=edu.core.ids.new_public_id, editable=False, unique=True
                    ),
                ),
                (
                    "options",
                    models.JSONField(db_comment="format, language, questions, timeline, attempts", default=dict),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("writing", "being written"), ("ready", "ready")],
                        db_comment="writing or ready",
                        default="writing",
                        max_length=8,
                    ),
                ),
                (
                    "storage_name",
                    models.CharField(db_comment="The file; empty until written or removed", default="", max_length=200),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_comment="When it was asked for")),
                ("finished_at", models.DateTimeField(db_comment="When it was written", null=True)),
            ],
            options={
                "db_table_comment": "Exports of exam results",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ResultHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(db_comment="Why; for staff", max_length=300)),
                ("at", models.DateTimeField(db_comment="Since when")),
            ],
            options={
                "db_table_comment": "Results held back from release, with the reason",
            },
        ),
        migrations.CreateModel(
            name="SavedComment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(db_comment="The words", max_length=1000)),
                ("uses", models.PositiveIntegerField(db_comment="How often a mark was saved with them", default=0)),
                ("created_at", models.DateTimeField(db_comment="When they were saved")),
            ],
            options={
                "db_table_comment": "Saved comments of markers, by exam and question",
            },
        ),
        migrations.CreateModel(
            name="ScriptFlag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt_id", models.BigIntegerField(db_comment="The attempt")),
                ("slot", models.PositiveIntegerField(db_comment="Place in the attempt")),
                ("exam_id", models.BigIntegerField(db_comment="The exam")),
                ("question_id", models.BigIntegerField(db_comment="The question")),
                ("marker_id", models.BigIntegerField(db_comment="Who set it")),
                (
                    "kind",
                    models.CharField(
                        choices=[("opinion", "second opinion"), ("later", "come back later")],
                        db_comment="opinion (for all markers) or later (for her)",
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(db_comment="What the others should look at", default="", max_length=500)),
                ("at", models.DateTimeField(db_comment="When it was set")),
            ],
            options={
                "db_table_comment": "Flags of markers at single answers",
            },
        ),
        migrations.AddField(
            model_name="attempt",
            name="gaps",
            field=models.JSONField(
                db_comment="Longer times without a save: [from, to], the first 40; written by the save itself",
                default=list,
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="openings",
            field=models.JSONField(
                db_comment="When the room was opened again, the first 40; the first opening is started_at", default=list
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="save_count",
            field=models.PositiveIntegerField(db_comment="How many batches were stored", default=0),
        ),
        migrations.AddField(
            model_name="exam",
            name="appeal_days",
            field=models.PositiveSmallIntegerField(
                db_comment="Days after release in which learners may appeal; 0 = never",
                default=7,
                verbose_name="days for appeals",
            ),
        ),
        migrations.AddField(
            model_name="exam",
            name="marking_is_anonymous",
            field=models.BooleanField(
                db_comment="Whether names are hidden while marking",
                default=True,
                verbose_name="markers see numbers, not names",
            ),
        ),
        migrations.AddField(
            model_name="markchange",
            name="before",
            field=models.JSONField(
                db_comment="The result before, where a person changed it: state, fraction, parts, comment, grader",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="markchange",
            index=models.Index(fields=["marker_id", "-id"], name="mark_change_marker_idx"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="answered_by",
            field=models.ForeignKey(
                db_comment="Who answered",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="attempt",
            field=models.ForeignKey(
                db_comment="The attempt",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="appeals",
                to="exams.attempt",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="exam",
            field=models.ForeignKey(
                db_comment="Its exam",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="appeals",
                to="exams.exam",
            ),
        ),
        migrations.AddField(
            model_name="marksheet",
            name="exam",
            field=models.ForeignKey(
                db_comment="The exam", on_delete=django.db.models.deletion.CASCADE, related_name="+", to="exams.exam"
            ),
        ),
        migrations.AddField(
            model_name="marksheet",
            name="job",
            field=models.ForeignKey(
                db_comment="The job of a large sheet",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="jobs.job",
            ),
        ),
        migrations.AddField(
            model_name="marksheet",
            name="owner",
            field=models.ForeignKey(
                db_comment="Who uploaded it",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="resultexport",
            name="exam",
            field=models.ForeignKey(
                db_comment="The exam", on_delete=django.db.models.deletion.CASCADE, related_name="+", to="exams.exam"
            ),
        ),
        migrations.AddField(
            model_name="resultexport",
            name="job",
            field=models.ForeignKey(
                db_comment="The job that writes it",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="jobs.job",
            ),
        ),
        migrations.AddField(
            model_name="resultexport",
            name="owner",
            field=models.ForeignKey(
                db_comment="Who asked for it",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="resulthold",
            name="attempt",
            field=models.OneToOneField(
                db_comment="The attempt",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hold",
                to="exams.attempt",
            ),
        ),
        migrations.AddField(
            model_name="resulthold",
            name="held_by",
            field=models.ForeignKey(
                db_comment="Who holds it",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savedcomment",
            name="author",
            field=models.ForeignKey(
                db_comment="Who saved them",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savedcomment",
            name="exam",
            field=models.ForeignKey(
                db_comment="The exam", on_delete=django.db.models.deletion.CASCADE, related_name="+", to="exams.exam"
            ),
        ),
        migrations.AddField(
            model_name="savedcomment",
            name="question",
            field=models.ForeignKey(
                db_comment="Question",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="exams.question",
            ),
        ),
        migrations.AddIndex(
            model_name="scriptflag",
            index=models.Index(fields=["exam_id", "question_id", "kind"], name="script_flag_idx"),
        ),
        migrations.AddConstraint(
            model_name="scriptflag",
            constraint=models.UniqueConstraint(
                fields=("attempt_id", "slot", "marker_id", "kind"), name="script_flag_once"
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(condition=models.Q(("state", "open")), fields=["exam", "id"], name="appeal_open_idx"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("attempt", "slot"), name="one_open_appeal_an_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedcomment",
            constraint=models.UniqueConstraint(fields=("exam", "question", "text"), name="saved_comment_once"),
        ),
    ]
