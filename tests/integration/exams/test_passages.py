"""One passage with calculated, files, hotspot, cloze and matching under it: wherever questions are met."""

import re
import uuid
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from exams.authoring.editors import get_editor
from exams.delivery.grade import grade_attempt
from exams.domain.grading import conceal_ids
from exams.domain.registry import get_type
from exams.models import AnswerFile, ItemResult, PracticeAnswer, PracticeSession, QuestionProgress
from exams.practice.book_starts import start_wrong_practice
from exams.presentation import ask_view
from exams.printing import answer_blocks, print_questions, question_blocks
from exams.services import create_bank, save_question
from tests.factories.exams import SAMPLES, make_bank, make_exam, make_paper_version, make_question, make_user
from tests.integration.exams.test_type_pages import Page
from tests.pure.exams.samples import CASES

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
CALCULATED = CASES["calculated/several"]
PARTS = {
    "q1": ("calculated", CALCULATED.content, CALCULATED.key),
    "q2": ("file_upload", {"stem": "<p>Hand in the sheet.</p>", "kinds": ["picture"]}, {"model_answer": "SECRET-KEY"}),
    "q3": ("hotspot", SAMPLES["hotspot"]["content"], SAMPLES["hotspot"]["key"]),
    "q4": ("cloze", SAMPLES["cloze"]["content"], SAMPLES["cloze"]["key"]),
    "q5": ("matching", CASES["matching/several"].content, CASES["matching/several"].key),
}


def passage(*without):
    """Return content and key of the passage, without some of its questions."""
    parts = {id_: part for id_, part in PARTS.items() if id_ not in without}
    questions = [{"id": id_, "type": t, "marks": 1, "content": content} for id_, (t, content, _key) in parts.items()]
    key = {
        "questions": {id_: key for id_, (_type, _content, key) in parts.items()},
        "explanations": {id_: f"<p>EXPLAINED-{id_}</p>" for id_ in parts},
    }
    return {"stem": "<p>The passage.</p>", "questions": questions}, key


def answers(variant):
    """Return right answers to all but the files, for a drawn variant of the values."""
    interest, whole = {"v1": ("50", "1050"), "v2": ("90", "2090")}[variant]
    return {
        "q1": {"n1": interest, "n2": whole},
        "q3": ["a"],
        "q4": SAMPLES["cloze"]["right"],
        "q5": CASES["matching/several"].right,
    }


def make_passage(*without, **fields):
    content, key = passage(*without)
    return make_question(type="material", content=content, key=key, **fields)


def drawn_in(html):
    """Return the variant that a page shows."""
    return "v1" if "本金 1000" in html else "v2"


def test_the_room_asks_all_and_marks_all_but_the_files(sit, client):
    exam = make_exam(paper_version=make_paper_version(versions=[make_passage()], marks=5))
    sitting = sit(exam=exam)
    client.force_login(sitting.user)
    room = f"/exams/attempts/{sitting.opened.attempt.public_id}/"
    page = client.get(room).content.decode()
    assert set(re.findall(r'data-part="(q\d)"', page)) == set(PARTS)
    assert "SECRET-KEY" not in page
    assert "EXPLAINED" not in page
    assert "{p}" not in page
    right = answers(drawn_in(page))
    sitting.open()
    form = {
        "attempt_key": sitting.key_text,
        "q1.q1.n1": right["q1"]["n1"],
        "q1.q1.n2": right["q1"]["n2"],
        "q1.q2.files": SimpleUploadedFile("sheet.png", PNG, content_type="image/png"),
        "q1.q3": right["q3"],
        **{f"q1.q4.{gap}": text for gap, text in right["q4"].items()},
        "q1.q5.l1": right["q5"]["l1"],
        "q1.q5.l2": right["q5"]["l2"],
        "q1.q5.l3": right["q5"]["l3"],
    }
    assert client.post(f"{room}save/", form).status_code == 302
    kept = AnswerFile.objects.get()
    again = client.get(room).content.decode()
    assert f"{kept.public_id}" in again
    assert 'name="q1.q5.l1" data-key="l1" value="r3" checked' in again
    sitting.open()
    sitting.submit()
    row = ItemResult.objects.get(attempt_id=sitting.row.pk)
    assert row.state == "pending"
    assert {part["id"]: part["fraction"] for part in row.parts} == {"q1": 1, "q2": None, "q3": 1, "q4": 1, "q5": 1}


def test_the_review_shows_key_and_explanation_of_each_part(sit, client):
    exam = make_exam(paper_version=make_paper_version(versions=[make_passage("q2")], marks=4))
    sitting = sit(exam=exam)
    client.force_login(sitting.user)
    room = f"/exams/attempts/{sitting.opened.attempt.public_id}/"
    right = answers(drawn_in(client.get(room).content.decode()))
    wrong = {**right, "q3": ["b"], "q5": {"l1": ["r1", "r2"], "l2": "r2", "l3": ["r4"]}}
    sitting.open()
    assert sitting.save({"1": wrong}, seq=1).status_code == 200
    sitting.submit()
    grade_attempt(attempt_id=sitting.row.pk, now=sitting.now)
    page = client.get(f"{room}review/").content.decode()
    for id_ in ("q1", "q3", "q4", "q5"):
        assert f"EXPLAINED-{id_}" in page
    assert f"{right['q1']['n2']}" in page
    assert "选项 r1" in page
    assert ItemResult.objects.get(attempt_id=sitting.row.pk).mark == Decimal("2.50")


@pytest.fixture
def learner(client):
    user = make_user()
    client.force_login(user)
    return user


def practise(client, version):
    bank = version.question.bank
    client.post(reverse("practice:start_bank", args=[bank.public_id]), {})
    session = PracticeSession.objects.latest("pk")
    page = client.get(reverse("practice:session", args=[session.public_id])).content.decode()
    return session, page


def posted(right):
    """Return a raw response as the fields of a form."""
    form = {f"q1.q1.{id_}": text for id_, text in right["q1"].items()} | {"q1.q3": right["q3"]}
    form |= {f"q1.q4.{gap}": text for gap, text in right["q4"].items()}
    return form | {f"q1.q5.{id_}": given for id_, given in right["q5"].items()}


def test_practice_asks_marks_and_explains_them_and_the_wrong_answer_book_asks_again(client, learner):
    version = make_passage("q2", bank=make_bank(visibility="public"))
    session, page = practise(client, version)
    assert "SECRET-KEY" not in page
    right = answers(drawn_in(page))
    form = posted({**right, "q3": ["b"]})
    response = client.post(reverse("practice:answer", args=[session.public_id]), {"n": 1, **form})
    page = client.get(response.url).content.decode()
    assert PracticeAnswer.objects.get().fraction == pytest.approx(0.75)
    assert all(f"EXPLAINED-{id_}" in page for id_ in ("q1", "q3", "q4", "q5"))
    assert QuestionProgress.objects.get(user=learner).wrong_count == 1
    assert client.get(reverse("practice:wrong_answers")).status_code == 200
    again = start_wrong_practice(user=learner, title="Book")
    page = client.get(reverse("practice:session", args=[again.public_id])).content.decode()
    form = posted(answers(drawn_in(page)))
    client.post(reverse("practice:answer", args=[again.public_id]), {"n": 1, **form})
    assert PracticeAnswer.objects.latest("pk").fraction == 1
    assert QuestionProgress.objects.get(user=learner).right_streak == 1


def test_who_judges_her_own_files_keeps_what_the_engine_marked(client, learner):
    version = make_passage("q3", "q5", bank=make_bank(visibility="public"))
    session, page = practise(client, version)
    right = answers(drawn_in(page))
    form = {f"q1.q1.{id_}": text for id_, text in right["q1"].items()}
    form |= {f"q1.q4.{gap}": "wrong" for gap in right["q4"] if gap != "g1"}
    file = SimpleUploadedFile("sheet.png", PNG, content_type="image/png")
    client.post(reverse("practice:answer", args=[session.public_id]), {"n": 1, **form, "q1.q2.files": file})
    answer = PracticeAnswer.objects.get()
    assert answer.state == "pending"
    client.post(reverse("practice:assess", args=[session.public_id]), {"n": 1, "judgement": "right"})
    answer.refresh_from_db()
    assert answer.fraction == pytest.approx(2 / 3)
    page = client.get(reverse("practice:session", args=[session.public_id]) + "?n=1").content.decode()
    assert f"/exams/files/{AnswerFile.objects.get().public_id}/" in page
    assert "Awaiting marking" not in page


def test_another_learners_file_is_no_answer_to_a_part(client, learner):
    version = make_passage("q1", "q3", "q4", "q5", bank=make_bank(visibility="public"))
    session, _page = practise(client, version)
    client.post(reverse("practice:answer", args=[session.public_id]), {"n": 1, "q1.q2": f"{uuid.uuid4()} sheet.png"})
    assert not PracticeAnswer.objects.exists()


def test_on_paper_every_part_has_its_text_its_room_and_its_explanation():
    version = make_passage()
    view = ask_view(type="material", content=version.content, name="q1", number="1", marks=5)
    text = "".join(run.text for block in question_blocks(view, label="1.") for run in block.runs)
    for words in ("利息", "Hand in the sheet", "Where?", "选项 l1", "cat"):
        assert words in text
    answer = "".join(run.text for block in answer_blocks(version, label="1.") for run in block.runs)
    for id_ in PARTS:
        assert f"EXPLAINED-{id_}" in answer
    assert "1050" in answer
    for with_key in (False, True):
        pdf = print_questions(title="Paper", sections=[("", "", [(version, 5)])], language="en", with_key=with_key)
        assert pdf.startswith(b"%PDF")


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


def test_the_editor_keeps_every_part_and_previews_it(client, author):
    bank = create_bank(actor=author, name="Bank", language="en")
    content, key = passage("q4")
    question = save_question(bank=bank, actor=author, type="material", content=content, key=key)
    page = client.get(reverse("authoring:question", args=[question.public_id])).content.decode()
    form = Page(page[page.index('id="question-form"') - 200 :]).sent()
    preview = client.post(reverse("authoring:preview", args=[bank.public_id, "material"]), form).content.decode()
    assert set(re.findall(r'data-part="(q\d)"', preview)) == set(PARTS) - {"q4"}
    client.post(reverse("authoring:question", args=[question.public_id]), form | {"do": ["save"]})
    question.refresh_from_db()
    kind = get_type("material")
    content, key = conceal_ids(type_name="material", content=content, key=key)
    assert kind.parse_content(question.content) == kind.parse_content(content)
    made = client.post(
        reverse("authoring:question", args=[question.public_id]), form | {"do": ["act:questions-0-make"]}
    )
    assert made.status_code == 200
    assert get_editor("material").layout


def test_the_marker_sees_the_file_of_a_part(sit, client):
    author = make_user(is_instructor=True)
    exam = make_exam(paper_version=make_paper_version(versions=[make_passage("q1", "q3", "q4", "q5")]), owner=author)
    sitting = sit(exam=exam)
    client.force_login(sitting.user)
    room = f"/exams/attempts/{sitting.opened.attempt.public_id}/"
    client.post(
        f"{room}save/",
        {"attempt_key": sitting.key_text, "q1.q2.files": SimpleUploadedFile("a.png", PNG, content_type="image/png")},
    )
    sitting.submit()
    client.force_login(author)
    opened = client.get(f"/exams/files/{AnswerFile.objects.get().public_id}/")
    assert opened.status_code == 200
    assert b"".join(opened.streaming_content) == PNG
    opened.close()
