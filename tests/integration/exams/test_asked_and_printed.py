"""Questions drawn once for all who are asked the same, and questions on paper."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from edu.documents.pdf import PdfFile
from exams import asked
from exams.asked import AskedVersion, asked_html
from exams.models import QuestionVersion
from exams.presentation import ReviewPolicy
from exams.printing import answer_blocks, print_questions
from exams.reviewed import ReviewedVersion, StoredMark, drawings, reviewed_html
from exams.services import (
    add_items,
    add_section,
    create_bank,
    create_paper,
    publish_paper,
    publish_question,
    save_question,
)
from tests.factories.exams import SAMPLES as PLAIN
from tests.factories.exams import make_question, make_user
from tests.pure.exams.samples import SAMPLES

pytestmark = pytest.mark.django_db
CHOICE = '{"stem": "Which?", "options": [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]}'


def drawn(*, slot=1, stored="", order=None, flagged=False, content_hash="hash", has_flag=True):
    version = AskedVersion(type="single_choice", content_hash=content_hash, content=CHOICE)
    return asked_html(
        version=version,
        slot=slot,
        marks=Decimal(2),
        order=order or {},
        stored=stored,
        is_flagged=flagged,
        has_flag=has_flag,
    )


def test_what_is_kept_is_the_same_for_the_same_and_never_for_another():
    asked.drawings.kept.clear()
    blank = drawn()
    assert drawn() == blank
    assert len(asked.drawings.kept) == 1
    others = [drawn(stored='"a"'), drawn(order={"options": ["b", "a"]}), drawn(flagged=True), drawn(has_flag=False)]
    with override("zh-hans"):
        others.append(drawn())
    assert len({blank, *others}) == 6
    assert 'value="a" checked' in others[0]
    assert "checked" not in drawn()
    second = drawn(slot=12)
    assert len(asked.drawings.kept) == 6
    assert 'name="q12"' in second
    assert 'id="question-12"' in second
    assert "q1-" not in second


def test_long_answers_and_versions_without_a_hash_are_not_kept():
    asked.drawings.kept.clear()
    drawn(content_hash="")
    drawn(stored='"' + "x" * 400 + '"')
    assert asked.drawings.kept == {}


@pytest.fixture
def paper():
    author = make_user(is_instructor=True)
    bank = create_bank(actor=author, name="题库", language="zh-hans")
    questions = []
    for name, sample in SAMPLES.items():
        question = save_question(
            bank=bank,
            actor=author,
            type=name,
            content=sample.content,
            key=sample.key,
            explanation=r"<p>因为 \(\frac{a}{b} \ne 0\)，<sup>注</sup>\(\broken{\)</p><ol><li>一</li></ol>",
        )
        publish_question(question=question, actor=author)
        questions.append(question)
    paper = create_paper(actor=author, title="全部题型", language="zh-hans")
    add_items(section=add_section(paper=paper, title="第一部分"), questions=questions)
    publish_paper(paper=paper, actor=author)
    return author, bank, paper


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_type_is_printed_with_and_without_its_key(paper, language):
    versions = [(row, Decimal(2)) for row in QuestionVersion.objects.order_by("pk")]
    with override(language):
        sizes = [
            len(print_questions(title="卷", sections=[("", "", versions)], language=language, with_key=with_key))
            for with_key in (False, True)
        ]
    assert 1000 < sizes[0] < sizes[1]


def test_only_authors_print_their_papers_and_banks(client, paper):
    author, bank, row = paper
    row.refresh_from_db()
    addresses = [f"/teach/papers/{row.public_id}/paper.pdf?key=1", f"/teach/banks/{bank.public_id}/questions.pdf"]
    client.force_login(author)
    for address in addresses:
        answer = client.get(address)
        assert answer.content[:5] == b"%PDF-"
    client.force_login(make_user(is_instructor=True))
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def reviewed(**changed):
    given = {
        "version": ReviewedVersion(
            type="single_choice",
            content_hash="hash",
            content=CHOICE,
            key='{"fractions": {"b": 1}}',
            explanation="<p>Because.</p>",
            source="",
        ),
        "slot": 1,
        "marks": Decimal(2),
        "order": {},
        "stored": '"a"',
        "mark": StoredMark(state="graded", fraction=0.0, mark=Decimal(0)),
        "policy": ReviewPolicy(),
    }
    return reviewed_html(**given | changed)


def test_reviews_are_kept_apart_by_mark_policy_and_explanation():
    drawings.kept.clear()
    wrong = reviewed()
    assert reviewed() == wrong
    assert len(drawings.kept) == 1
    right = reviewed(stored='"b"', mark=StoredMark(state="graded", fraction=1.0, mark=Decimal(2)))
    silent = reviewed(policy=ReviewPolicy(keys=False, explanations=False))
    assert len({wrong, right, silent}) == 3
    assert "Because." in wrong
    assert "Because." not in silent
    assert 'id="question-7"' in reviewed(slot=7)
    assert len(drawings.kept) == 3


def test_a_review_with_a_comment_is_drawn_for_its_learner_alone():
    drawings.kept.clear()
    assert "Well tried" in reviewed(mark=StoredMark(state="graded", fraction=0.0, comment="Well tried"))
    assert not drawings.kept


@pytest.mark.django_db
def test_the_key_of_a_passage_has_the_letters_and_words_of_the_paper():
    part = PLAIN["true_false"]
    content = {
        "stem": "资料",
        "questions": [
            {"id": "q1", "type": "single_choice", "marks": 1, "content": PLAIN["single_choice"]["content"]},
            {"id": "q2", "type": "true_false", "marks": 1, "content": part["content"]},
        ],
    }
    key = {"questions": {"q1": PLAIN["single_choice"]["key"], "q2": part["key"]}}
    version = make_question(type="material", content=content, key=key)
    with override("zh-hans"):
        answer = "".join(run.text for block in answer_blocks(version, label="1.") for run in block.runs)
    assert "B. 2" in answer
    assert "正确" in answer
    assert "true" not in answer


@pytest.mark.django_db
def test_a_heading_stands_on_the_page_of_what_follows(monkeypatch):
    version = make_question()
    drawn: list[tuple[int, str]] = []
    draw_line, next_page = PdfFile.draw_line, PdfFile.next_page
    page = 1

    def heard(self, text, **fields):
        drawn.append((page, text))
        return draw_line(self, text, **fields)

    def turned(self):
        nonlocal page
        page += 1
        return next_page(self)

    monkeypatch.setattr(PdfFile, "draw_line", heard)
    monkeypatch.setattr(PdfFile, "next_page", turned)
    sections = [(f"Part {number}", "Read well.", [(version, 2)] * (1 + number % 3)) for number in range(40)]
    print_questions(title="Paper", sections=sections, language="en", with_key=True)
    assert page > 5
    places = [at for at, (_page, text) in enumerate(drawn) if text.startswith("Part")]
    assert len(places) == 80
    for at in places:
        assert drawn[at][0] == drawn[at + 1][0] == drawn[at + 2][0]
