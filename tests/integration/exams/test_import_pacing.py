"""Imports in short transactions: how many rows one takes, and what it leaves of the connection."""

from contextlib import nullcontext

import pytest
from django.db import IntegrityError, connection, transaction

from edu.core.ids import new_public_id
from exams.authoring.banks import create_bank
from exams.interchange import bulk_insert, pacing
from exams.interchange.bulk_insert import PreparedRows, prepare_rows, reserve_keys
from exams.interchange.pacing import Pace
from exams.models import Bank, ImportBatch, ImportRow, Question, QuestionVersion, Topic
from tests.integration.exams.authoring_people import make_author


def settings_of_connection():
    with connection.cursor() as cursor:
        found = []
        for name in ("synchronous", "wal_autocheckpoint"):
            cursor.execute(f"PRAGMA {name}")
            found.append(cursor.fetchone())
    return found


def break_off(pace):
    with pace.transaction():
        Bank.objects.create(name="Lost", slug="lost")
        raise RuntimeError("power cut")


def test_a_long_transaction_makes_the_next_smaller_and_a_short_one_larger():
    pace = Pace(100, least=30)
    pace._adapt(pacing.LONG_SECONDS * 2)
    assert pace.size == 50
    pace._adapt(pacing.LONG_SECONDS * 2)
    assert pace.size == 30
    pace._adapt((pacing.LONG_SECONDS + pacing.SHORT_SECONDS) / 2)
    assert pace.size == 30
    pace._adapt(0)
    assert pace.size == 38
    for _more in range(40):
        pace._adapt(0)
    assert pace.size == pacing.MOST


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_whole_and_leaves_the_connection_as_it_was():
    pace, is_sqlite = Pace(), connection.vendor == "sqlite"
    before = settings_of_connection() if is_sqlite else None
    with pace.transaction():
        Bank.objects.create(name="Kept", slug="kept")
    with pytest.raises(RuntimeError, match="power cut"):
        break_off(pace)
    assert list(Bank.objects.values_list("slug", flat=True)) == ["kept"]
    if is_sqlite:
        assert settings_of_connection() == before
    else:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() != ("local",)


@pytest.mark.django_db
def test_reserved_keys_are_free_and_the_next_row_comes_behind_them():
    bank = create_bank(actor=make_author(), name="Bank")
    first = Topic.objects.create(bank=bank, name="First")
    keys = reserve_keys(Topic, 3)
    assert len(set(keys)) == 3
    assert min(keys) > first.pk
    values = [{"bank_id": bank.pk, "name": f"T{n}", "path": "/", "public_id": new_public_id()} for n in range(3)]
    rows = prepare_rows(Topic, values, later=["id"])
    rows.with_keys({"id": keys}).insert()
    assert list(Topic.objects.filter(pk__in=keys).order_by("pk").values_list("name", flat=True)) == ["T0", "T1", "T2"]
    assert Topic.objects.create(bank=bank, name="Last").pk > max(keys)
    assert prepare_rows(Topic, []).insert() is None


HARD_TEXTS = (
    "",
    "\\N",
    "\\",
    "a\tb\nc\rd\\te",
    "\\.",
    "'quoted' \"twice\" %s %(x)s {}",
    "\u0085\u2028\x0b\x0c\x1c\x1d\x1e",
    "\u6c49\u5b57 \U0001f600 e\u0301",
)


@pytest.mark.django_db
def test_hard_texts_are_inserted_as_they_are():
    rows = [{"name": f"Bank {n}", "slug": f"b{n}", "description": text} for n, text in enumerate(HARD_TEXTS)]
    # Public ids are made for each row by whoever inserts: a default would be the same for all.
    prepare_rows(Bank, [{**row, "public_id": new_public_id()} for row in rows]).insert()
    assert list(Bank.objects.order_by("slug").values_list("description", flat=True)) == list(HARD_TEXTS)


@pytest.mark.django_db
def test_json_nothing_and_numbers_are_inserted_as_they_are():
    batch = ImportBatch.objects.create(bank=Bank.objects.create(name="B", slug="b"), file_name="a")
    record = {"stem": "C:\\new\ttab\nline \u6c49", "options": [], "marks": "2.50", "nothing": None}
    row = {
        "batch_id": batch.pk, "position": 1, "row": 7, "state": "new", "record": record, "problems": [],
        "cells": ["\\N"], "question_id": None, "has_losses": True, "search_text": "\\N",
    }  # fmt: skip
    prepare_rows(ImportRow, [row, {**row, "position": 2, "record": None, "has_losses": False}]).insert()
    first, second = ImportRow.objects.order_by("position")
    assert (first.record, first.cells, first.question_id, first.has_losses) == (record, ["\\N"], None, True)
    assert (first.search_text, first.row, second.record, second.has_losses) == ("\\N", 7, None, False)


@pytest.mark.django_db
def test_a_row_that_breaks_a_rule_is_an_integrity_error():
    row = {"name": "B", "slug": "same", "public_id": new_public_id()}
    with pytest.raises(IntegrityError), transaction.atomic():
        prepare_rows(Bank, [row, row]).insert()
    assert not Bank.objects.exists()


@pytest.mark.django_db
def test_an_index_of_one_field_stands_only_where_no_other_begins_with_it():
    """Each index is written for every question of an import."""
    wanted = {
        ImportRow: {"id", "question_id", "near_duplicate_of_id"},
        QuestionVersion: {"id", "published_by_id"},
    }
    for model, single in wanted.items():
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table).values()
        columns = {
            one["columns"][0] for one in found if len(one["columns"]) == 1 and (one["index"] or one["primary_key"])
        }
        assert columns == single
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Question._meta.db_table)
    of_hash = [name for name, one in found.items() if one["columns"] == ["content_hash"]]
    assert of_hash == ["question_hash_idx"]
    assert not [one for one in found.values() if one["columns"] in (["bank_id"], ["batch_id"]) and one["index"]]


def test_copy_takes_the_rows_in_one_piece(monkeypatch):
    """Between two pieces a thread waits for its turn at the interpreter."""
    reads = []

    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *_error):
            return None

        def copy_expert(self, _statement, stream, size):
            while piece := stream.read(size):
                reads.append(piece)

    class Connection:
        vendor = "postgresql"
        ops = connection.ops
        wrap_database_errors = nullcontext()

        def cursor(self):
            return Cursor()

    monkeypatch.setattr(bulk_insert, "connection", Connection())
    PreparedRows("rows", ("text", "more"), [("甲\tb" * 9, None)] * 5_000).insert()
    assert len(reads) == 1
    assert reads[0].decode().count("\n") == 5_000
