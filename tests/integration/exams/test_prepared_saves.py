"""Saves over PostgreSQL's prepared statements: faster where they are kept, and no answer lost where they are not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.delivery import prepared

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only"),
]


def sent(act):
    """Return the statements of an act."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"] for query in captured.captured_queries]


def test_a_save_is_prepared_once_for_a_connection(sit):
    sitting = sit()
    sitting.save({"1": "a"}, seq=1)
    (statement,) = sent(lambda: sitting.save({"1": "b"}, seq=2))
    assert statement.startswith("EXECUTE jinbang_")
    assert sitting.row.responses == {"1": '"b"'}


def test_a_pooler_that_forgets_statements_costs_no_answer(sit, monkeypatch):
    monkeypatch.setattr(prepared, "_refused", set())
    sitting = sit()
    sitting.save({"1": "a"}, seq=1)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert sitting.save({"1": "b"}, seq=2).json()["applied"] is True
    assert sitting.row.responses == {"1": '"b"'}
    (statement,) = sent(lambda: sitting.save({"2": True}, seq=3))
    assert statement.lstrip().startswith("UPDATE"), "it is not tried again"


def test_a_statement_that_another_prepared_on_the_same_connection_costs_no_answer(sit, monkeypatch):
    monkeypatch.setattr(prepared, "_refused", set())
    sitting = sit()
    sitting.save({"1": "a"}, seq=1)
    prepared._known.clear()
    assert sitting.save({"1": "b"}, seq=2).json()["applied"] is True
    assert sitting.row.responses == {"1": '"b"'}
