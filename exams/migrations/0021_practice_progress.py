"""The wrong-answer book becomes part of how a learner stands with each question she met."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("exams", "0020_reopening_and_review"),
    ]

    operations = [
        migrations.RenameModel(old_name="WrongAnswer", new_name="QuestionProgress"),
        migrations.RemoveIndex(model_name="questionprogress", name="wrong_answer_list_idx"),
        migrations.RemoveConstraint(model_name="questionprogress", name="wrong_answer_once"),
        migrations.RemoveField(model_name="questionprogress", name="last_response"),
        migrations.RemoveField(model_name="regradechange", name="book_at"),
        migrations.CreateModel(
            name="PracticePreference",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        db_comment="The learner",
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="practice_preference",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mastery_kind",
                    models.CharField(
                        choices=[("streak", "right several times in a row"), ("recall", "remembered for long")],
                        db_comment="streak or recall: by what a question leaves the wrong-answer book",
                        default="streak",
                        max_length=8,
                    ),
                ),
                (
                    "mastery_streak",
                    models.PositiveSmallIntegerField(
                        db_comment="Right answers in a row that master a question, 1 to 5",
                        default=2,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                (
                    "mastery_days",
                    models.PositiveSmallIntegerField(
                        db_comment="FSRS stability in days that masters a question, 7 to 365",
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(7),
                            django.core.validators.MaxValueValidator(365),
                        ],
                    ),
                ),
                (
                    "retention",
                    models.PositiveSmallIntegerField(
                        db_comment="Per cent of due questions she wants to know, 80 to 97",
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(80),
                            django.core.validators.MaxValueValidator(97),
                        ],
                    ),
                ),
                (
                    "daily_goal",
                    models.PositiveSmallIntegerField(
                        db_comment="Questions a day she means to answer; 0 for none",
                        default=20,
                        validators=[django.core.validators.MaxValueValidator(500)],
                    ),
                ),
                (
                    "reminds",
                    models.BooleanField(db_comment="Whether she is reminded on days without practice", default=False),
                ),
                (
                    "reminder_hour",
                    models.PositiveSmallIntegerField(
                        db_comment="Hour of the site's time of the reminder, 0 to 23",
                        default=19,
                        validators=[django.core.validators.MaxValueValidator(23)],
                    ),
                ),
                ("reminded_on", models.DateField(db_comment="The day of the last reminder; null: none yet", null=True)),
            ],
            options={
                "db_table_comment": "How learners want to practise",
            },
        ),
        migrations.AlterModelOptions(
            name="questionprogress",
            options={},
        ),
        migrations.AlterModelTableComment(
            name="questionprogress",
            table_comment="How learners stand with questions: one row a learner and question met",
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="is_easy",
            field=models.BooleanField(db_comment="Whether it was right, quick and certain", default=False),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="user",
            field=models.ForeignKey(
                db_comment="The learner, as the session has it",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="practice_answers",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="practicesession",
            name="states",
            field=models.TextField(
                db_comment="One letter a question: - open, r right, p partly, w wrong, b blank, ? waits for self-assessment",
                default="",
            ),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="answered_count",
            field=models.PositiveIntegerField(db_comment="Marked answers, blanks among them", default=0),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="difficulty",
            field=models.FloatField(db_comment="FSRS difficulty, 1 to 10; null before the first answer", null=True),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="due_at",
            field=models.DateTimeField(db_comment="When FSRS asks it again; null before the first answer", null=True),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="favourited_at",
            field=models.DateTimeField(db_comment="When she made it a favourite; null: it is none", null=True),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="hand_act",
            field=models.CharField(
                blank=True,
                choices=[("", "nothing"), ("mastered", "taken out"), ("returned", "put back")],
                db_comment="mastered or returned by hand",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="hand_at",
            field=models.DateTimeField(db_comment="When that was said", null=True),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="last_answered_at",
            field=models.DateTimeField(db_comment="When it was last answered; null: never", null=True),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="last_fraction",
            field=models.FloatField(db_comment="Part of the marks of the last answer, 0 to 1", null=True),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="mistake",
            field=models.CharField(
                blank=True,
                choices=[("", "not said"), ("careless", "careless"), ("unsure", "unsure"), ("unknown", "did not know")],
                db_comment="What she says of her mistake",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="right_count",
            field=models.PositiveIntegerField(db_comment="How often it was right", default=0),
        ),
        migrations.AddField(
            model_name="questionprogress",
            name="stability",
            field=models.FloatField(db_comment="FSRS stability in days; null before the first answer", null=True),
        ),
        migrations.AlterField(
            model_name="practicesession",
            name="mode",
            field=models.CharField(
                choices=[
                    ("chapter", "chapter practice"),
                    ("paper", "paper practice"),
                    ("random", "random practice"),
                    ("wrong", "wrong answers"),
                    ("lesson", "lesson quiz"),
                    ("daily", "daily practice"),
                    ("due", "due today"),
                    ("favourites", "favourites"),
                    ("siblings", "similar questions"),
                    ("set", "practice set"),
                ],
                db_comment="How the questions were chosen",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="questionprogress",
            name="first_wrong_at",
            field=models.DateTimeField(db_comment="When it was first wrong or left blank; null: never", null=True),
        ),
        migrations.AlterField(
            model_name="questionprogress",
            name="last_wrong_at",
            field=models.DateTimeField(
                db_comment="When it was last wrong or left blank; null: never, it is not in the book", null=True
            ),
        ),
        migrations.AlterField(
            model_name="questionprogress",
            name="right_streak",
            field=models.PositiveIntegerField(db_comment="How often right in a row, up to now", default=0),
        ),
        migrations.AlterField(
            model_name="questionprogress",
            name="source_id",
            field=models.BigIntegerField(db_comment="Session or attempt where it was last wrong; 0: never", default=0),
        ),
        migrations.AlterField(
            model_name="questionprogress",
            name="source_kind",
            field=models.CharField(
                db_comment="practice or exam: where it was last wrong; empty: never", default="", max_length=10
            ),
        ),
        migrations.AlterField(
            model_name="questionprogress",
            name="user",
            field=models.ForeignKey(
                db_comment="The learner",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="question_progress",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="questionprogress",
            name="version_id",
            field=models.BigIntegerField(db_comment="The version last answered; 0 before the first answer", default=0),
        ),
        migrations.AddIndex(
            model_name="practiceanswer",
            index=models.Index(fields=["user", "question_id"], name="practice_own_answers_idx"),
        ),
        migrations.AddIndex(
            model_name="practiceanswer",
            index=models.Index(fields=["user", "answered_at"], name="practice_days_idx"),
        ),
        migrations.AddIndex(
            model_name="questionprogress",
            index=models.Index(
                condition=models.Q(("last_wrong_at__isnull", False)),
                fields=["user", "mastered_at", "-last_wrong_at"],
                name="wrong_answer_book_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="questionprogress",
            index=models.Index(
                condition=models.Q(("last_wrong_at__isnull", False), ("mastered_at__isnull", True)),
                fields=["user", "due_at"],
                name="wrong_answer_due_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="questionprogress",
            index=models.Index(
                condition=models.Q(("favourited_at__isnull", False)),
                fields=["user", "-favourited_at"],
                name="favourites_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionprogress",
            constraint=models.UniqueConstraint(fields=("user", "question"), name="question_progress_once"),
        ),
    ]
