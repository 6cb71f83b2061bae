"""Several people at one question: review before learners meet it, a set time, locks, history, sharing."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.banks import make_bank, press, said, share, write


@pytest.fixture
def bank(user_of):
    """Return a public bank whose questions a second person approves; a colleague reviews there."""
    bank = make_bank(user_of("instructor"), topics=("One",), visibility="public", requires_review=True)
    share(bank, user_of("statistics"), role="review")
    return bank


def practised(learner, bank) -> str:
    """Return what practising the bank offers the learner."""
    learner.goto(f"/practice/banks/{bank.public_id}/")
    return learner.locator("main").inner_text()


def test_a_question_is_drawn_only_after_a_second_person_approved_it(at_browser, user_of, bank, settle):
    from exams.models import Question

    author, reviewer, learner = (at_browser(user_of(name)) for name in ("instructor", "statistics", "learner"))
    author.goto(f"/teach/banks/{bank.public_id}/questions/new/true_false/")
    author.locator("#id_stem_rich").fill("Assets equal debts plus equity.")
    author.get_by_label("The statement is").select_option("true")
    author.get_by_label("Topic").select_option(label="One")
    press(author, "Save and submit for review")
    question = Question.objects.get(bank=bank)
    assert not question.is_drawable
    before = practised(learner, bank)

    # Nobody approves her own.
    author.goto(f"/teach/questions/{question.public_id}/review/")
    said(author, "a colleague decides")
    expect(author.get_by_role("button", name="Approve")).to_have_count(0)

    settle()
    reviewer.goto("/teach/reviews/")
    reviewer.locator("main").get_by_role("link", name=re.compile("Assets equal")).click()
    reviewer.get_by_label("Remark", exact=True).fill("Name the equation?")
    press(reviewer, "Write the remark")
    reviewer.get_by_label("Your words to the author").fill("Say which equation.")
    press(reviewer, "Ask for changes")
    said(reviewer, "Sent back. The author is told.")
    settle()

    author.goto("/notifications/")
    expect(author.locator("main")).to_contain_text("Assets equal")
    author.goto(f"/teach/questions/{question.public_id}/review/")
    said(author, "Name the equation?")
    author.locator("#comments article").get_by_label("Reply").fill("Done.")
    press(author, "Reply")
    author.goto(f"/teach/questions/{question.public_id}/")
    author.locator("#id_stem_rich").fill("The balance sheet says: assets equal debts plus equity.")
    press(author, "Save and submit for review")
    assert practised(learner, bank) == before

    reviewer.goto(f"/teach/questions/{question.public_id}/review/")
    said(reviewer, "Done.")
    press(reviewer, "Resolve")
    press(reviewer, "Approve")
    assert practised(learner, bank) == before
    author.goto(f"/teach/questions/{question.public_id}/review/")
    press(author, "Publish")
    question.refresh_from_db()
    assert question.is_drawable
    expect(author.locator("main")).not_to_contain_text("A second person approved")
    assert practised(learner, bank) != before


def test_a_question_is_published_at_its_time(at_browser, user_of, settle):
    from exams.authoring.schedule import carry_out_schedules

    bank = make_bank(user_of("instructor"), topics=("One",))
    question = write(bank, stem="Published tomorrow?", publish=False)
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/questions/{question.public_id}/")
    page.locator("summary", has_text="Publish or retire at a time").click()
    soon = timezone.localtime() + timedelta(days=1)
    page.locator("#id_go_live_at").fill(soon.strftime("%Y-%m-%dT09:00"))
    press(page, "Set the time")
    page.goto(f"/teach/banks/{bank.public_id}/?status=scheduled")
    expect(page.locator("[data-question-row]")).to_contain_text("scheduled")
    assert carry_out_schedules(now=timezone.now()) == 0
    assert carry_out_schedules(now=timezone.now() + timedelta(days=2)) == 1
    page.reload()
    expect(page.locator("[data-question-row]")).to_have_count(0)
    question.refresh_from_db()
    assert question.is_drawable


def test_a_second_author_is_told_of_a_lock_and_keeps_what_she_wrote(at_browser, user_of):
    bank = make_bank(user_of("instructor"))
    share(bank, user_of("statistics"))
    question = write(bank, stem="Whose turn is it?")
    first, second = at_browser(user_of("instructor")), at_browser(user_of("statistics"))
    second.goto(f"/teach/questions/{question.public_id}/")
    first.goto(f"/teach/questions/{question.public_id}/")
    press(first, "Lock")
    second.locator("#id_stem_rich").fill("Mine now?")
    press(second, "Save draft")
    said(second, "has locked this question")
    expect(second.locator("#id_stem_rich")).to_have_text("Mine now?")
    question.refresh_from_db()
    assert question.content["stem"] == "Whose turn is it?"
    press(first, "Unlock")
    press(second, "Save draft")
    question.refresh_from_db()
    assert "Mine now?" in question.content["stem"]


def test_history_compares_two_states_and_gives_one_back(at_browser, user_of):
    from exams.models import Question

    bank = make_bank(user_of("instructor"))
    question = write(bank, stem="The first wording?")
    page = at_browser(user_of("instructor"))
    page.goto(f"/teach/questions/{question.public_id}/")
    page.locator("#id_stem_rich").fill("The second wording?")
    press(page, "Save and publish")
    page.get_by_role("link", name="History").click()
    page.get_by_label("Compare", exact=True).last.select_option("v1")
    page.get_by_label("with", exact=True).select_option("v2")
    press(page, "Compare")
    table = page.locator(".differences")
    expect(table.locator("del")).to_have_text("first")
    expect(table.locator("ins")).to_have_text("second")
    expect(table.locator("tbody tr")).to_have_count(1)
    page.locator("summary", has_text="are the same in both").click()
    expect(page.locator("details", has_text="are the same in both")).to_contain_text("Type")
    with page.expect_navigation():
        page.locator("li.row", has_text="version 1").get_by_role("button", name="Make it the draft").click()
    row = Question.objects.get(pk=question.pk)
    assert row.content["stem"] == "The first wording?"
    assert row.has_unpublished_changes
    assert "second" in row.current_version.content["stem"]


def test_a_bank_is_shared_and_stays_closed_to_others(at_browser, user_of, settle):
    from exams.models import BankShare

    bank = make_bank(user_of("instructor"), name="Shared with care")
    question = write(bank, stem="Who may see this?")
    owner, colleague, learner = (at_browser(user_of(name)) for name in ("instructor", "statistics", "learner"))
    paths = [f"/teach/banks/{bank.public_id}/", f"/teach/questions/{question.public_id}/"]
    for path in paths:
        assert colleague.goto(path).status == 404
        assert learner.goto(path).status in {403, 404}
        expect(learner.locator("body")).not_to_contain_text("Who may see this?")

    owner.goto(f"/teach/banks/{bank.public_id}/settings/")
    owner.get_by_role("link", name="Share with colleagues").click()
    owner.get_by_label("Mail address").fill("learner@example.com")
    press(owner, "Share")
    said(owner, "No instructor or trainer has this address")
    assert not BankShare.objects.filter(bank=bank).exists()
    owner.get_by_label("Mail address").fill("statistics@example.com")
    press(owner, "Share")
    settle()
    colleague.goto("/notifications/")
    expect(colleague.locator("main")).to_contain_text("Shared with care")
    for path in paths:
        assert colleague.goto(path).status == 200
    assert colleague.goto(f"/teach/banks/{bank.public_id}/sharing/").status == 404

    with owner.expect_navigation():
        owner.get_by_role("button", name=re.compile("End sharing with")).click()
    for path in paths:
        assert colleague.goto(path).status == 404
