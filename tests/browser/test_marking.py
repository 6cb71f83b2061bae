"""Marking by people: ten answers by keyboard, a sheet of marks, an appeal from the learner to the marker and back."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from edu.documents.xlsx import read_rows
from tests.browser.pages import exam_titled
from tests.browser.sheets import upload
from tests.browser.test_accessible_states import Inspector
from tests.browser.waiting import until

EXAM = "期中考试"


def essay_of(exam):
    """Return (question, slot) of the exam's essay."""
    from exams.models import QuestionVersion

    ids = [item["version_id"] for section in exam.paper_version.structure["sections"] for item in section["items"]]
    essay = QuestionVersion.objects.select_related("question").get(pk__in=ids, type="essay")
    return essay.question, ids.index(essay.pk) + 1


def hand_in_essays(exam, number):
    """Let so many learners hand the exam in, each with an essay; return its question."""
    from edu.accounts.models import User
    from edu.core.clock import now_utc
    from exams.models import Exam
    from exams.services import sit_exam

    question, slot = essay_of(exam)
    now = now_utc()
    Exam.objects.filter(pk=exam.pk).update(closes_at=now.replace(year=now.year + 1), audience="everybody")
    for place in range(number):
        person = User.objects.create_user(email=f"sitter{place}@example.com", display_name=f"Sitter {place}")
        sit_exam(
            user_id=person.pk,
            exam_id=exam.public_id,
            answers={slot: f"不相容岗位应当分离。第 {place} 份。"},
            started_at=now,
            submitted_at=now,
        )
    return question


def shown(page):
    """Return the number of the answer on the page."""
    return page.locator("[data-script]").get_attribute("data-result")


def go_on(page, before):
    """Wait until another answer stands there."""
    until(page, f"document.querySelector('[data-script]')?.dataset.result !== '{before}'")


def test_ten_answers_are_marked_by_keyboard(at_browser, user_of):
    from exams.models import ItemResult, MarkChange, ScriptFlag

    exam = exam_titled(EXAM)
    question = hand_in_essays(exam, 12)
    rows = ItemResult.objects.filter(exam_id=exam.pk, question_id=question.pk)
    waiting = rows.filter(state="pending").count()
    before = MarkChange.objects.count()
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/marking/{exam.public_id}/{question.public_id}/")
    page.wait_for_selector("[data-marking][data-ready]")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("Enter")  # nothing is given yet
    expect(page.locator("[data-error]")).to_contain_text("Give every criterion its points")

    page.keyboard.press("l")  # the first is put off
    criteria = page.locator("[data-criterion]").count()
    for number in range(10):
        one = shown(page)
        for _criterion in range(criteria):
            page.keyboard.press("2" if number % 2 else "f")
        if number == 0:
            page.keyboard.press("c")
            page.keyboard.type("Name the risk.")
            page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        go_on(page, one)
    until(page, f"document.querySelector('[data-marked]').textContent === '{rows.count() - waiting + 10}'")
    assert MarkChange.objects.count() == before + 10
    assert rows.filter(state="pending").count() == waiting - 10
    assert rows.filter(comment="Name the risk.").count() == 1
    assert ScriptFlag.objects.filter(kind="later").count() == 1

    one = shown(page)
    page.keyboard.press("u")
    go_on(page, one)
    until(page, f"document.querySelector('[data-marked]').textContent === '{rows.count() - waiting + 9}'")
    assert rows.filter(state="pending").count() == waiting - 9


def test_a_mark_refused_by_the_server_comes_back_with_what_was_given(at_browser, user_of):
    from edu.core.clock import now_utc
    from exams.models import ItemResult
    from exams.services import mark_by_hand

    exam = exam_titled(EXAM)
    question = hand_in_essays(exam, 3)
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/marking/{exam.public_id}/{question.public_id}/")
    page.wait_for_selector("[data-marking][data-ready]")
    one = shown(page)
    row = ItemResult.objects.get(pk=one.split("-"))
    mark_by_hand(user=user_of("instructor"), attempt_id=row.attempt_id, slot=row.slot, now=now_utc(), points=Decimal(1))
    for _criterion in range(page.locator("[data-criterion]").count()):
        page.keyboard.press("1")
    page.get_by_label("Comment to the learner").fill("Do not lose me.")
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator("[data-error]")).to_contain_text("was marked in the meantime")
    assert shown(page) == one
    expect(page.get_by_label("Comment to the learner")).to_have_value("Do not lose me.")


def test_saved_comments_are_kept_and_put_in(at_browser, user_of):
    exam = exam_titled(EXAM)
    question = hand_in_essays(exam, 1)
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/marking/{exam.public_id}/{question.public_id}/")
    page.wait_for_selector("[data-marking][data-ready]")
    page.get_by_label("New saved comment").fill("Say who is responsible.")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Say who is responsible.", exact=True).click()
    expect(page.get_by_label("Comment to the learner")).to_have_value("Say who is responsible.")


def test_a_sheet_of_marks_is_filled_looked_at_applied_and_undone(at_browser, user_of):
    from exams.models import ItemResult

    exam = exam_titled(EXAM)
    question = hand_in_essays(exam, 3)
    rows = ItemResult.objects.filter(exam_id=exam.pk, question_id=question.pk)
    waiting = rows.filter(state="pending").count()
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/gradebook/{exam.public_id}/")
    page.get_by_role("link", name="Marks by spreadsheet").click()
    with page.expect_download() as got:
        page.get_by_role("link", name="Sheet of marks (.xlsx)").click()
    headers, *lines = read_rows(data=Path(got.value.path()).read_bytes())
    mark = headers.index("Mark given")
    open_lines = [line for line in lines if line[mark] in ("", None)]
    open_lines[0][mark], open_lines[1][mark] = 5, 99
    upload(page, headers=headers, rows=lines, name="marks.xlsx")
    page.get_by_role("button", name="Upload and look").click()
    expect(page.locator("main")).to_contain_text("The mark has to lie between 0 and")
    inspector = Inspector(page)
    inspector.look("a sheet with a mark that cannot be")
    inspector.report()
    page.get_by_role("button", name="Apply 1 mark").click()
    expect(page.locator("main")).to_contain_text("applied")
    assert rows.filter(state="pending").count() == waiting - 1
    page.get_by_role("button", name="Undo the sheet").click()
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("undone")
    assert rows.filter(state="pending").count() == waiting


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_appeal_goes_to_the_marker_and_comes_back(at_browser, user_of, settle, language):
    from edu.core.clock import now_utc
    from exams.models import Attempt, Exam
    from exams.services import mark_by_hand, sit_exam

    exam = exam_titled(EXAM)
    _question, slot = essay_of(exam)
    Exam.objects.filter(pk=exam.pk).update(closes_at=now_utc() + timedelta(days=9), audience="everybody")
    Attempt.objects.filter(user__email="learner@example.com", exam=exam).delete()
    pk = sit_exam(
        user_id=user_of("learner").pk,
        exam_id=exam.public_id,
        answers={slot: "不相容岗位应当分离。"},
        started_at=now_utc(),
        submitted_at=now_utc(),
    )
    mark_by_hand(user=user_of("instructor"), attempt_id=pk, slot=slot, now=now_utc(), points=Decimal(3))
    Attempt.objects.filter(pk=pk).update(released_at=now_utc())
    attempt = Attempt.objects.get(pk=pk)
    chinese = language == "zh-hans"
    learner = at_browser(user_of("learner"), language=language)
    learner.goto(f"/exams/attempts/{attempt.public_id}/review/")
    card = learner.locator("details", has_text="申请复核评分" if chinese else "Appeal against the mark").last
    card.locator("summary").click()
    card.locator("textarea").fill("第二段已写明原因。")
    card.get_by_role("button").click()
    expect(learner.locator("main")).to_contain_text("复核申请处理中" if chinese else "under review")
    settle()

    marker = at_browser(user_of("instructor"), language=language)
    marker.goto("/teach/marking/")
    expect(marker.locator(".desk-nav__count")).to_have_text("1")
    marker.goto("/teach/marking/appeals/")
    marker.get_by_role("link", name=re.compile("^答复|^Reply")).click()
    expect(marker.locator("main")).to_contain_text("第二段已写明原因。")
    for field in marker.locator("[data-points]").all():
        field.fill(field.get_attribute("max"))
    marker.locator("[name=answer]").fill("有理，改分。")
    marker.locator("button[value=uphold]").click()
    expect(marker).to_have_url(re.compile("/appeals/$"))
    settle()

    learner.goto("/exams/records/")
    expect(learner.locator("main")).to_contain_text("1 项复核已改分" if chinese else "1 appeal upheld")
    learner.goto(f"/exams/attempts/{attempt.public_id}/review/")
    expect(learner.locator(".appeal-state")).to_contain_text("有理，改分。")
    with learner.expect_download() as got:
        learner.get_by_role("link", name=re.compile("PDF")).click()
    assert Path(got.value.path()).read_bytes()[:5] == b"%PDF-"


def test_the_pages_of_marking_are_open_to_everybody(at_browser, user_of):
    from edu.core.clock import now_utc
    from exams.marking.notes import save_comment, set_flag
    from exams.models import ItemResult

    exam = exam_titled(EXAM)
    question = hand_in_essays(exam, 3)
    instructor = user_of("instructor")
    save_comment(user=instructor, exam=exam, question_id=question.pk, text="Name the risk.", now=now_utc())
    row = ItemResult.objects.filter(exam_id=exam.pk, question_id=question.pk, state="pending").first()
    set_flag(user=instructor, row=row, kind="opinion", now=now_utc(), note="Two readings?")
    page = at_browser(instructor)
    inspector = Inspector(page)
    page.goto(f"/teach/marking/{exam.public_id}/{question.public_id}/")
    page.wait_for_selector("[data-marking][data-ready]")
    inspector.look("marking")
    page.keyboard.press("?")
    inspector.look("keys of marking")
    page.keyboard.press("Escape")
    page.goto(f"/teach/marking/{exam.public_id}/{question.public_id}/answers/")
    inspector.look("answers")
    inspector.report()
