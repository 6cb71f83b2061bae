"""Certainty-based marking on the pages: asked in the room and in practice, kept with the answer, shown in review."""

from decimal import Decimal

import pytest
from django.urls import reverse

from exams.authoring.exam_form import ExamForm
from exams.models import Exam, ItemResult, PracticeAnswer, PracticeSession, QuestionProgress
from tests.factories.exams import make_bank, make_exam, make_question, make_user

pytestmark = pytest.mark.django_db
ASKED = {"grading_policy": {"asks_certainty": True}}


def url_of(name, sitting):
    return reverse(f"exams:{name}", args=[sitting.row.public_id])


def wrapped(response, certainty):
    return {"$certainty": certainty, "$response": response}


def test_the_room_asks_only_where_the_exam_says_so_and_the_engine_marks(sit):
    plain = sit(types=("single_choice",))
    plain.client.force_login(plain.user)
    assert "data-certainty" not in plain.client.get(url_of("room", plain)).content.decode()
    asking = sit(types=("single_choice", "essay"), **ASKED)
    asking.client.force_login(asking.user)
    page = asking.client.get(url_of("room", asking)).content.decode()
    assert page.count("data-certainty") == 1
    assert "right +2, wrong -4" in page


def test_marks_follow_the_certainty_and_the_total_has_its_floor(sit):
    sitting = sit(types=("single_choice",) * 4, **ASKED)
    answers = {"1": wrapped("b", 3), "2": wrapped("b", 1), "3": "b", "4": wrapped("a", 2)}
    assert sitting.save(answers, seq=1).status_code == 200
    sitting.submit()
    rows = ItemResult.objects.filter(attempt_id=sitting.row.pk).order_by("slot")
    assert [row.mark for row in rows] == [Decimal("2.00"), Decimal("0.67"), Decimal("0.67"), Decimal("-1.33")]
    assert [row.fraction for row in rows] == [1, 1, 1, 0]
    assert sitting.row.score == Decimal("2.01")
    worst = sit(types=("single_choice",), **ASKED)
    worst.save({"1": wrapped("a", 3)}, seq=1)
    worst.submit()
    assert worst.row.score == 0


def test_a_certainty_without_an_answer_is_a_blank_and_a_broken_one_is_refused(sit):
    sitting = sit(types=("single_choice",), **ASKED)
    assert sitting.save({"1": wrapped(None, 3)}, seq=1).status_code == 200
    assert sitting.row.responses == {"1": ""}
    refused = sitting.save({"1": wrapped("b", 7)}, seq=2)
    assert refused.status_code == 422
    assert sitting.row.responses == {"1": ""}


def test_the_room_keeps_it_without_scripts_and_shows_it_again(sit):
    sitting = sit(types=("single_choice",), **ASKED)
    sitting.client.force_login(sitting.user)
    form = {"attempt_key": sitting.key_text, "q1": "b", "q1~certainty": "3"}
    assert sitting.client.post(url_of("save", sitting), form).status_code == 302
    assert sitting.row.responses == {"1": '{"$certainty":3,"$response":"b"}'}
    page = sitting.client.get(url_of("room", sitting)).content.decode()
    assert 'name="q1~certainty" value="3" checked' in page
    assert 'value="b" checked' in page


def test_the_review_says_how_answers_went_by_certainty(sit):
    sitting = sit(types=("single_choice",) * 3, **ASKED)
    sitting.client.force_login(sitting.user)
    sitting.save({"1": wrapped("b", 3), "2": wrapped("a", 3), "3": wrapped("b", 1)}, seq=1)
    sitting.submit()
    page = sitting.client.get(url_of("review", sitting)).content.decode()
    assert "By certainty" in page
    assert page.count("Certainty: high") == 2
    assert page.count("Certainty: low") == 1
    assert "-50%" in page
    hidden = sit(types=("single_choice",), review_policy={"marks": False, "answers": False}, **ASKED)
    hidden.client.force_login(hidden.user)
    hidden.save({"1": wrapped("b", 3)}, seq=1)
    hidden.submit()
    page = hidden.client.get(url_of("review", hidden)).content.decode()
    assert "ertainty" not in page


def test_the_slots_of_the_api_say_that_it_is_asked(client):
    exam, user = make_exam(types=("single_choice", "essay"), **ASKED), make_user()
    client.force_login(user)
    answer = client.post(f"/api/v1/exams/{exam.public_id}/attempts", data="{}", content_type="application/json")
    assert [slot["asks_certainty"] for slot in answer.json()["slots"]] == [True, False]


@pytest.fixture
def learner(client):
    user = make_user()
    client.force_login(user)
    return user


def test_practice_asks_when_the_learner_wishes(client, learner):
    bank = make_bank(visibility="public")
    for _index in range(2):
        make_question(bank=bank)
    start = client.post(reverse("practice:start_bank", args=[bank.public_id]), {"asks_certainty": "on"})
    session = PracticeSession.objects.get()
    assert session.asks_certainty
    assert "data-certainty" in client.get(start.url).content.decode()
    address = reverse("practice:answer", args=[session.public_id])
    page = client.get(client.post(address, {"n": 1, "q1": "b", "q1~certainty": "1"}).url).content.decode()
    assert "Certainty: low" in page
    assert PracticeAnswer.objects.get().fraction == 1
    assert not QuestionProgress.objects.filter(last_wrong_at__isnull=False).exists()
    client.post(address, {"n": 2, "q2": "a", "q2~certainty": "2"})
    client.post(reverse("practice:finish", args=[session.public_id]))
    page = client.get(reverse("practice:result", args=[session.public_id])).content.decode()
    assert "By certainty" in page
    assert "0 of 2 marks" in page


def test_practice_asks_nothing_otherwise(client, learner):
    bank = make_bank(visibility="public")
    make_question(bank=bank)
    start = client.post(reverse("practice:start_bank", args=[bank.public_id]), {})
    assert "data-certainty" not in client.get(start.url).content.decode()


def test_the_exam_form_sets_it_and_leaves_old_policies_as_they_are():
    author = make_user(is_instructor=True)
    exam = make_exam()
    fields = ExamForm(instance=exam, user=author)
    assert not fields["asks_certainty"].initial
    data = {"paper": "", "title": "x", "opens_at": "2030-01-01T00:00", "asks_certainty": "on"}
    form = ExamForm(data, instance=Exam.objects.get(pk=exam.pk), user=author)
    form.is_valid()
    assert form.exam_fields()["grading_policy"]["asks_certainty"] is True
    form = ExamForm(data | {"asks_certainty": ""}, instance=Exam.objects.get(pk=exam.pk), user=author)
    form.is_valid()
    assert "asks_certainty" not in form.exam_fields()["grading_policy"]
