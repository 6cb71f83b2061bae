"""The index over the search terms of questions: a full-text table kept by triggers on SQLite, GIN on PostgreSQL."""

from typing import Any

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE exams_question_fts USING fts5(terms, content='exams_questionterms', "
    "content_rowid='question_id', detail='none', columnsize=0, tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER exams_question_fts_insert AFTER INSERT ON exams_questionterms BEGIN "
    "INSERT INTO exams_question_fts (rowid, terms) VALUES (new.question_id, new.terms); END",
    "CREATE TRIGGER exams_question_fts_delete AFTER DELETE ON exams_questionterms BEGIN "
    "INSERT INTO exams_question_fts (exams_question_fts, rowid, terms) "
    "VALUES ('delete', old.question_id, old.terms); END",
    "CREATE TRIGGER exams_question_fts_update AFTER UPDATE ON exams_questionterms BEGIN "
    "INSERT INTO exams_question_fts (exams_question_fts, rowid, terms) "
    "VALUES ('delete', old.question_id, old.terms); "
    "INSERT INTO exams_question_fts (rowid, terms) VALUES (new.question_id, new.terms); END",
)
SQLITE_BACK = (
    "DROP TRIGGER exams_question_fts_update",
    "DROP TRIGGER exams_question_fts_delete",
    "DROP TRIGGER exams_question_fts_insert",
    "DROP TABLE exams_question_fts",
)
POSTGRESQL = (
    "CREATE INDEX question_terms_gin ON exams_questionterms USING gin (string_to_array(terms, ' '))",
    # The planner knows nothing of the terms of a new index until it is told how varied they are.
    "ALTER INDEX question_terms_gin ALTER COLUMN 1 SET STATISTICS 1000",
)
POSTGRESQL_BACK = ("DROP INDEX question_terms_gin",)


def _run(schema_editor: Any, *, sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
        schema_editor.execute(statement)


def make_index(_apps: Any, schema_editor: Any) -> None:
    """Make the index of this database."""
    _run(schema_editor, sqlite=SQLITE, postgresql=POSTGRESQL)


def drop_index(_apps: Any, schema_editor: Any) -> None:
    """Take the index away again."""
    _run(schema_editor, sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK)


def fill(apps: Any, _schema_editor: Any) -> None:
    """Index the questions that are there, and count them by topic."""
    from django.db.models import Count

    from exams.authoring.term_index import terms_of

    question_model, terms_model = apps.get_model("exams", "Question"), apps.get_model("exams", "QuestionTerms")
    batch: list[Any] = []
    rows = question_model.objects.only("pk", "bank_id", "search_text", "ref", "source", "tags")
    for row in rows.iterator(chunk_size=500):
        batch.append(terms_model(question_id=row.pk, terms=terms_of(row)))
        if len(batch) == 500:
            terms_model.objects.bulk_create(batch)
            batch = []
    terms_model.objects.bulk_create(batch)
    topic_model = apps.get_model("exams", "Topic")
    counts = question_model.objects.filter(topic__isnull=False).order_by().values("topic_id").annotate(n=Count("pk"))
    for topic_id, count in counts.values_list("topic_id", "n"):
        topic_model.objects.filter(pk=topic_id).update(question_count=count)


class Migration(migrations.Migration):
    """Make the index and fill it."""

    dependencies = [("exams", "0008_authoring")]
    operations = [
        migrations.RunPython(make_index, drop_index),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
