"""The wrong-answer book as a spreadsheet."""

import io

import pytest
from django.urls import reverse
from python_calamine import load_workbook

from exams.models import (
    QuestionProgress,
)
from exams.practice.book_export import MOST_EXPORTED
from tests.factories.exams import make_question
from tests.integration.exams.wrong_answer_book import (
    bank_with_question,
    entry,
    many_entries,
    practise,
    rows_of,
)

pytestmark = pytest.mark.django_db


def test_the_spreadsheet_has_a_row_an_entry_and_no_formula(client, learner, bank):
    practise(learner, bank_with_question(bank), "a", None)
    QuestionProgress.objects.update(note="=cmd|' /C calc'!A0", mistake="careless")
    [row] = rows_of(client)
    assert row[0].startswith("One plus one?")
    assert (row[4], row[5], row[10], row[11]) == (1, 1, "careless", "=cmd|' /C calc'!A0")
    assert "(Wrong)" in row[7]
    assert "not answered" in row[7]
    assert "EXPLANATION-KEY" in row[9]
    assert rows_of(client, q="single_choice") == [row]
    content = client.get(reverse("practice:book_xlsx")).content
    assert b"<f>" not in content


def test_exports_follow_the_filter_and_say_so(client, learner, bank):
    for type_ in ("single_choice", "true_false"):
        entry(learner, make_question(bank=bank, type=type_))
    assert len(rows_of(client)) == 2
    assert len(rows_of(client, type="true_false")) == 1
    pdf = client.get(reverse("practice:book_pdf"), {"type": "true_false"})
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert client.get(reverse("practice:book_pdf"), {"q": "nowhere"}).status_code == 302


def test_an_export_that_leaves_some_out_says_so(client, learner, bank):
    many_entries(learner, bank, MOST_EXPORTED + 2)
    content = client.get(reverse("practice:book_xlsx")).content
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert "the first 500 of 502" in rows[0][0]
    assert len(rows) == MOST_EXPORTED + 2
