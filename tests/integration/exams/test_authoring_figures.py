"""Figures of question versions, reports of learners, quick entry, sharing by mail."""

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.notifications.models import Notification
from exams.authoring.banks import share_bank_by_mail
from exams.authoring.figures import roll_up_figures
from exams.authoring.quick_entry import read_rows, save_rows
from exams.authoring.reports import answer_report, list_reports, report_question
from exams.models import Attempt, BankShare, ItemResult, Question, QuestionReport, QuestionStatistics
from exams.practice.answers import answer_question
from exams.services import start_chapter_practice
from tests.factories.exams import ids_by_text, make_exam, make_user
from tests.integration.exams.authoring_people import make_author, make_shared_bank, write

pytestmark = pytest.mark.django_db

TEXT = """一、单选题
1. 会计的基本职能是（ ）。
A. 核算和监督
B. 预测和决策
答案：A
2. 没有答案的题目
A. 甲
B. 乙
二、判断题
3. 资产等于负债加所有者权益。（ √ ）
"""


def sit_many(version, *, right, wrong, other=lambda is_right: is_right):
    """Write marked results of a version and of another question, which the same learners do alike or otherwise."""
    exam = make_exam()
    now = now_utc()
    ids = ids_by_text(version)
    for number in range(right + wrong):
        is_right = number < right
        attempt = Attempt.objects.create(
            exam=exam, user=make_user(), number=1, state="graded", seed=1, paper={}, started_at=now, deadline_at=now,
            graded_at=now,
        )  # fmt: skip
        chosen = ids["2" if is_right else "1"]
        common = {"attempt_id": attempt.pk, "exam_id": exam.pk, "user_id": attempt.user_id, "maximum": 2}
        ItemResult.objects.create(
            slot=1, question_id=version.question_id, version_id=version.pk, state="graded", mark=2 * is_right,
            parts=[{"id": chosen, "fraction": float(is_right), "correct": is_right, "given": chosen}], **common,
        )  # fmt: skip
        ItemResult.objects.create(
            slot=2, question_id=0, version_id=0, state="graded", mark=2 * other(is_right), **common
        )


def published(author):
    bank = make_shared_bank(author)
    return Question.objects.select_related("current_version").get(pk=write(bank, author, publish=True).pk)


def test_figures_of_a_version_come_with_intervals_and_counts_of_its_options():
    question = published(make_author())
    sit_many(question.current_version, right=12, wrong=8)
    assert roll_up_figures(now=now_utc()) == 2
    row = QuestionStatistics.objects.get(question=question)
    assert (row.exam_count, round(row.facility, 2)) == (20, 0.6)
    assert row.facility_low < 0.6 < row.facility_high
    assert row.discrimination == pytest.approx(100)
    ids = ids_by_text(question.current_version)
    assert {part["id"]: part["count"] for part in row.parts} == {ids["1"]: 8, ids["2"]: 12}
    assert {part["id"]: part["is_correct"] for part in row.parts} == {ids["1"]: False, ids["2"]: True}
    assert row.health == ""


def test_below_ten_answers_nothing_is_said():
    question = published(make_author())
    sit_many(question.current_version, right=5, wrong=4)
    roll_up_figures(now=now_utc())
    row = QuestionStatistics.objects.get(question=question)
    assert (row.exam_count, row.facility, row.discrimination) == (9, None, None)


@pytest.mark.parametrize(
    ("right", "wrong", "other", "health"),
    [
        (20, 0, lambda is_right: is_right, "too_easy"),
        (2, 18, lambda is_right: is_right, "too_hard"),
        (10, 15, lambda is_right: not is_right, "wrong_key"),
    ],
)
def test_health_says_what_is_wrong(right, wrong, other, health):
    question = published(make_author())
    sit_many(question.current_version, right=right, wrong=wrong, other=other)
    roll_up_figures(now=now_utc())
    question.refresh_from_db()
    assert question.health == health


def test_the_roll_up_takes_the_same_queries_at_two_sizes(django_assert_max_num_queries):
    question = published(make_author())
    for size in (10, 40):
        sit_many(question.current_version, right=size // 2, wrong=size // 2)
        with django_assert_max_num_queries(20):
            roll_up_figures(now=now_utc(), everything=True)
    assert QuestionStatistics.objects.get(question=question).exam_count == 50


def test_the_figures_page_shows_use_and_refuses_too_few(client):
    author = make_author()
    question = published(author)
    client.force_login(author)
    address = reverse("authoring:figures", args=[question.public_id])
    assert "Nobody has answered it yet" in client.get(address).content.decode()
    sit_many(question.current_version, right=3, wrong=2)
    roll_up_figures(now=now_utc())
    assert "5 answers more are needed" in client.get(address).content.decode()
    sit_many(question.current_version, right=10, wrong=5)
    roll_up_figures(now=now_utc(), everything=True)
    assert "Best 27%" in client.get(address).content.decode()


def test_a_report_reaches_the_author_and_her_answer_the_learner(client):
    author, learner = make_author(), make_user()
    question = published(author)
    session = start_chapter_practice(user=author, bank=question.bank)
    session.user = learner
    session.save()
    client.force_login(learner)
    address = reverse("practice:report", args=[session.public_id])
    assert client.post(address, {"n": "1", "reason": "key", "text": "B?"}).status_code == 404
    answer_question(
        session=session,
        index=0,
        version=question.current_version,
        response=ids_by_text(question.current_version)["1"],
        seconds=1,
    )
    assert (
        "Something is wrong with this question"
        in client.get(reverse("practice:session", args=[session.public_id]) + "?n=1").content.decode()
    )
    client.post(address, {"n": "1", "reason": "key", "text": "B?"})
    report = QuestionReport.objects.get()
    assert (report.text, report.reporter, report.version) == ("B?", learner, question.current_version)
    assert Question.objects.get(pk=question.pk).health == "reported"
    assert Notification.objects.filter(user=author, kind="exams.reported").exists()
    client.post(address, {"n": "1", "reason": "text"})
    assert QuestionReport.objects.count() == 1
    client.force_login(author)
    assert "B?" in client.get(reverse("authoring:reports")).content.decode()
    client.post(reverse("authoring:report_answer", args=[report.public_id]), {"reply": "Corrected, thank you."})
    assert "Corrected" in Notification.objects.get(user=learner, kind="exams.report_answered").body
    assert Question.objects.get(pk=question.pk).health == ""
    report.refresh_from_db()
    with pytest.raises(Conflict):
        answer_report(report=report, actor=author, reply="Again")
    assert list(list_reports(author)) == []


def test_a_report_from_anothers_session_or_attempt_is_not_taken(client):
    author, learner = make_author(), make_user()
    question = published(author)
    session = start_chapter_practice(user=author, bank=question.bank)
    client.force_login(learner)
    form = {"n": "1", "slot": "1", "reason": "key"}
    assert client.post(reverse("practice:report", args=[session.public_id]), form).status_code == 404
    assert client.post(reverse("exams:report", args=[session.public_id]), form).status_code == 404
    with pytest.raises(InvalidInput):
        report_question(version=question.current_version, reporter=learner, reason="?", text="", url="")
    assert not QuestionReport.objects.exists()


def test_quick_entry_reads_every_question_with_its_problems():
    rows = read_rows(TEXT)
    assert [row.record.type if row.record else None for row in rows] == ["single_choice", None, "true_false"]
    assert rows[1].problems


def test_quick_entry_saves_what_is_right_and_leaves_the_rest_in_place():
    author = make_author()
    bank = make_shared_bank(author)
    done = save_rows(bank=bank, actor=author, text=TEXT, topic=None, tags=["quick"], publish=True)
    assert len(done.saved) == 2
    assert "没有答案的题目" in done.rest
    assert "核算和监督" not in done.rest
    assert {row.status for row in Question.objects.all()} == {"published"}
    assert all(row.tags == ["quick"] for row in Question.objects.all())


def test_the_quick_entry_page_previews_and_saves(client):
    author = make_author()
    bank = make_shared_bank(author)
    client.force_login(author)
    preview = client.post(reverse("authoring:quick_preview", args=[bank.public_id]), {"text": TEXT})
    assert "核算和监督" in preview.content.decode()
    assert not Question.objects.exists()
    answer = client.post(reverse("authoring:quick_entry", args=[bank.public_id]), {"text": TEXT})
    assert answer.status_code == 422
    assert Question.objects.count() == 2
    page = answer.content.decode()
    assert "没有答案的题目" in page
    good = TEXT.replace("2. 没有答案的题目\nA. 甲\nB. 乙\n", "")
    assert client.post(reverse("authoring:quick_entry", args=[bank.public_id]), {"text": good}).status_code == 302


def test_a_bank_is_shared_by_mail_with_who_may_author(client):
    author, colleague, learner = make_author(), make_author(), make_user()
    bank = make_shared_bank(author)
    for email in (learner.email, "nobody@example.com"):
        with pytest.raises(InvalidInput, match="No instructor or trainer has this address"):
            share_bank_by_mail(bank=bank, email=email, role="edit", actor=author)
    client.force_login(author)
    address = reverse("authoring:sharing", args=[bank.public_id])
    client.post(address, {"do": "add", "email": colleague.email.upper(), "role": "review"})
    assert BankShare.objects.get().role == "review"
    assert Notification.objects.filter(user=colleague, kind="exams.bank_shared").exists()
    client.force_login(colleague)
    assert client.get(address).status_code == 404
    client.force_login(author)
    client.post(address, {"do": f"remove:{colleague.public_id}"})
    assert not BankShare.objects.exists()


def test_options_are_called_by_the_letters_of_their_places(client):
    author = make_author()
    question = published(author)
    sit_many(question.current_version, right=12, wrong=8)
    roll_up_figures(now=now_utc())
    client.force_login(author)
    page = client.get(reverse("authoring:figures", args=[question.public_id])).content.decode()
    assert "A · 1" in page
    assert "B · 2" in page
    assert not any(id_ in page for id_ in ids_by_text(question.current_version).values())
