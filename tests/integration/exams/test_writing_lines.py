"""An essay on paper gets room to write: by the length that is asked for, else by its marks."""

import re
from decimal import Decimal

import pytest

from exams.presentation import ask_view
from exams.printing import FEWEST_LINES, MOST_LINES, print_questions, question_blocks, writing_lines
from tests.factories.exams import make_question

pytestmark = pytest.mark.django_db


def essay(*, marks, stem="<p>Explain.</p>", **length):
    version = make_question(type="essay", content={"stem": stem} | length, key={})
    return version, ask_view(type="essay", content=version.content, name="q", marks=str(marks))


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        ({"marks": 10}, 20),
        ({"marks": Decimal("0.5")}, FEWEST_LINES),
        ({"marks": 100}, MOST_LINES),
        ({"marks": 10, "min_words": 120}, 12),
        ({"marks": 10, "min_words": 120, "max_words": 200}, 20),
        ({"marks": 2, "max_words": 220, "stem": "<p>试述收入准则。</p>"}, 10),
    ],
)
def test_lines_follow_the_length_and_else_the_marks(asked, lines):
    _version, view = essay(**asked)
    assert writing_lines(view) == lines
    assert [block.count for block in question_blocks(view, label="1.") if block.kind == "lines"] == [lines]


def test_lines_go_on_over_the_pages_of_a_printed_paper():
    version, _view = essay(marks=100)
    pdf = print_questions(title="Paper", sections=[("", "", [(version, 100)])], language="en", with_key=False)
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", pdf)) >= 2
