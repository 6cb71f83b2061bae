import pytest
from django.core.management import call_command
from django.db import connection

from edu.schema.comments import column_comment, our_models, table_comment


def test_every_table_of_ours_has_a_comment():
    silent = [model._meta.db_table for model in our_models() if not table_comment(model)]
    assert silent == []


def test_every_column_of_ours_has_a_comment():
    silent = [
        f"{model._meta.db_table}.{field.column}"
        for model in our_models()
        for field in model._meta.local_concrete_fields
        if not column_comment(field)
    ]
    assert silent == []


@pytest.mark.django_db
def test_the_database_itself_explains_every_table_and_column():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps no comments; this runs on PostgreSQL")
    tables = [model._meta.db_table for model in our_models()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, a.attname
            FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0 AND NOT a.attisdropped
            LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = COALESCE(a.attnum, 0)
            WHERE c.relname = ANY(%s) AND c.relkind = 'r' AND d.description IS NULL
            """,
            [tables],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND obj_description(oid, 'pg_class') IS NULL",
            [tables],
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
