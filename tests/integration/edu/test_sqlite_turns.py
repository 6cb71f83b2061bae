"""Writers of SQLite queue: the turn is taken where a transaction begins and given back however it ends."""

import gc
import threading
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from edu.accounts.models import User
from edu.core.turns import Turn
from edu.schema.kept_queries import writing_in_turn

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has many writers"),
]


def is_free():
    """Whether the turn could be had by another process: a second object stands for one."""
    other = Turn(Path(f"{connection.settings_dict['NAME']}.turn"))
    taken = other.take(seconds=0.01)
    if taken:
        other.give_back()
    return taken


def ask_over_a_closed_connection():
    with transaction.atomic():
        connection.close()
        User.objects.count()


def test_a_transaction_has_the_turn_until_it_ends():
    with transaction.atomic():
        assert not is_free()
        with transaction.atomic(), writing_in_turn():
            pass
        assert not is_free()
    assert is_free()


def test_the_turn_is_given_back_by_an_error_and_by_a_lost_connection():
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        raise ValueError("no")
    assert is_free()
    with pytest.raises(DatabaseError):
        ask_over_a_closed_connection()
    assert is_free()


def test_a_single_statement_has_it_while_it_runs():
    with writing_in_turn():
        assert not is_free()
    assert is_free()


def test_a_transaction_that_cannot_begin_gives_it_back():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=1")
    held, done = threading.Event(), threading.Event()

    def write_without_a_turn():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            held.set()
            done.wait(20)
            cursor.execute("ROLLBACK")
        connection.close()

    writer = threading.Thread(target=write_without_a_turn)
    writer.start()
    try:
        assert held.wait(20)
        with pytest.raises(OperationalError), transaction.atomic():
            pass
        assert is_free()
    finally:
        done.set()
        writer.join(20)
        connection.close()


def test_a_thread_that_ends_in_a_transaction_leaves_the_turn_to_others():
    def begin_and_end():
        connection.ensure_connection()
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        assert not is_free()

    thread = threading.Thread(target=begin_and_end)
    thread.start()
    thread.join(20)
    gc.collect()
    with transaction.atomic():
        assert not is_free()
    assert is_free()
