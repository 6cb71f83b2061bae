"""A rubric with levels in words: written in the editor, chosen by the marker, read by the learner and in the PDF."""

import shutil
import subprocess
from decimal import Decimal

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from exams.domain.stored_parts import named_parts
from exams.models import Attempt, ItemResult, Question
from exams.services import mark_by_hand, sit_exam
from tests.factories.exams import SAMPLES, make_bank, make_exam, make_paper_version, make_question, make_user
from tests.integration.exams.test_authoring_editor import META, form_of

pytestmark = pytest.mark.django_db
LEVELS = [
    {"points": 0, "text": "Says nothing of it"},
    {"points": 2, "text": "Names it"},
    {"points": 6, "text": "Names it and <b>defines</b> it"},
]
KEY = {
    "rubric": [
        {"id": "what", "criterion": "<p>Says <em>what</em></p>", "points": 6, "levels": LEVELS},
        {"id": "why", "criterion": "<p>Says why</p>", "points": 3},
    ],
    "model_answer": "",
}


@pytest.fixture
def sat():
    """Return an exam of one essay with such a rubric, and the waiting result of a learner."""
    exam = make_exam(
        owner=make_user(is_instructor=True),
        paper_version=make_paper_version(versions=[make_question(type="essay", key=KEY)], marks=9),
    )
    now = now_utc()
    pk = sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers={1: "Text"}, started_at=now, submitted_at=now)
    return exam, Attempt.objects.get(pk=pk)


def test_levels_are_written_in_the_editor_and_come_back(client):
    author = make_user(is_instructor=True)
    bank = make_bank(owner=author)
    client.force_login(author)
    url = f"/teach/banks/{bank.public_id}/questions/new/essay/"
    sample = {"content": SAMPLES["essay"]["content"], "key": KEY}
    data = form_of("essay", sample) | META
    page = client.post(url, data | {"do": "add:rubric-1-levels"})
    assert 'name="rubric-1-levels-0-text"' in page.content.decode()
    assert client.post(url, data | {"do": "publish"}).status_code == 302
    question = Question.objects.get(bank=bank)
    first, second = question.key["rubric"]
    assert [(one["points"], one["text"]) for one in first["levels"]] == [
        (0, LEVELS[0]["text"]),
        (2, "Names it"),
        (6, LEVELS[2]["text"]),
    ]
    assert "levels" not in second
    too_much = client.post(
        f"/teach/questions/{question.public_id}/", data | {"do": "publish", "rubric-0-levels-2-points": "7"}
    )
    assert too_much.status_code == 422
    assert "A level is worth more than its criterion." in too_much.content.decode()


def test_the_marker_chooses_a_level_and_the_learner_reads_which_she_reached(sat, client):
    exam, attempt = sat
    row = ItemResult.objects.get(attempt_id=attempt.pk)
    client.force_login(exam.owner)
    url = reverse("marking:mark", args=[exam.public_id, Question.objects.get(pk=row.question_id).public_id])
    page = client.get(url)
    what, why = page.context["script"].lines
    assert [(level.points, level.key, level.text) for level in what.levels] == [
        ("0", "0", LEVELS[0]["text"]),
        ("2", "1", "Names it"),
        ("6", "2", LEVELS[2]["text"]),
    ]
    assert (what.is_in_words, why.is_in_words, [level.points for level in why.levels]) == (
        True,
        False,
        ["0", "1", "2", "3"],
    )
    body = page.content.decode()
    assert "Says <em>what</em>" in body
    assert "Names it and &lt;b&gt;defines&lt;/b&gt; it" in body
    form = {
        "result": row.key_text,
        "seen": page.context["script"].stamp,
        "points.what": "2",
        "points.why": "1",
        "comment": "",
    }
    assert client.post(url, form).status_code == 302
    attempt.refresh_from_db()
    assert attempt.score == Decimal(3)
    client.force_login(attempt.user)
    review = client.get(reverse("exams:review", args=[attempt.public_id])).content.decode()
    assert "2 / 6" in review
    assert "1 / 3" in review  # a third, which per cents would make 0.99
    assert review.index("Names it") < review.index("this answer")
    assert review.count("rubric__level--reached") == 1


def test_points_between_two_levels_reach_the_lower_one(sat, client):
    exam, attempt = sat
    mark_by_hand(user=exam.owner, attempt_id=attempt.pk, slot=1, now=now_utc(), fractions={"what": 5 / 6, "why": 0.0})
    assert named_parts(ItemResult.objects.get(attempt_id=attempt.pk).parts)[0]["id"] == "what"
    client.force_login(attempt.user)
    review = client.get(reverse("exams:review", args=[attempt.public_id])).content.decode()
    assert "5 / 6" in review
    assert review.index("Names it") < review.index("this answer") < review.index("defines")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_script_as_pdf_says_points_and_level(sat, client):
    exam, attempt = sat
    mark_by_hand(user=exam.owner, attempt_id=attempt.pk, slot=1, now=now_utc(), fractions={"what": 2 / 6, "why": 1 / 3})
    client.force_login(exam.owner)
    answer = client.get(reverse("marking:script", args=[exam.public_id, attempt.public_id]), {"language": "en"})
    done = subprocess.run(["pdftotext", "-", "-"], input=answer.content, capture_output=True, check=True)
    text = " ".join(done.stdout.decode().split())
    assert "Says what: 2 / 6 – Names it" in text
    assert "Says why: 1 / 3" in text
