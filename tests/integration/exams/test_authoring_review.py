"""Drafts, history, locks, schedules, remarks, and the review by a second person, up to what is drawn."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotAllowed
from edu.notifications.models import Notification
from exams.authoring.blueprints import save_rule
from exams.authoring.comments import add_comment, list_threads, resolve_thread
from exams.authoring.history import compare_states, get_state, list_states, values_to_restore
from exams.authoring.locks import lock_question, unlock_question
from exams.authoring.paper_rows import add_items, add_section
from exams.authoring.papers import create_paper
from exams.authoring.publishing import BlueprintInfeasible, publish_paper
from exams.authoring.questions import (
    NotApproved,
    QuestionLocked,
    discard_draft,
    publish_question,
    revert_question,
)
from exams.authoring.records import import_records
from exams.authoring.review import (
    approve_review,
    ask_for_changes,
    find_open_review,
    list_reviews,
    submit_for_review,
    withdraw_review,
)
from exams.authoring.schedule import carry_out_schedules, schedule_question
from exams.models import Question, QuestionReview
from exams.services import start_chapter_practice
from tests.factories.exams import SAMPLES
from tests.integration.exams.authoring_people import make_author, make_shared_bank, rewrite, write

pytestmark = pytest.mark.django_db


def fresh(question):
    return Question.objects.select_related("bank", "current_version", "locked_by").get(pk=question.pk)


def test_a_draft_leaves_the_published_version_to_learners_until_it_is_published():
    author = make_author()
    bank = make_shared_bank(author)
    question = write(bank, author, publish=True)
    rewrite(question, author, stem="Two plus two?")
    question = fresh(question)
    assert question.has_unpublished_changes
    assert question.current_version.content["stem"] == "One plus one?"
    discard_draft(question=question, actor=author)
    question = fresh(question)
    assert question.content["stem"] == "One plus one?"
    assert not question.has_unpublished_changes
    assert question.versions.count() == 1
    assert [state.key for state in list_states(question=question)] == ["d3", "d2", "v1", "d1"]


def test_saving_the_same_again_keeps_no_further_revision():
    author = make_author()
    question = write(make_shared_bank(author), author)
    rewrite(question, author, stem="One plus one?")
    assert question.revisions.count() == 1


def test_history_shows_differences_by_field_and_word_and_gives_a_former_state_back():
    author = make_author()
    question = write(make_shared_bank(author), author, stem="会计的基本职能", publish=True)
    rewrite(question, author, stem="会计的主要职能")
    question = fresh(question)
    rows = compare_states(get_state(question=question, key="v1"), get_state(question=question, key="now"))
    changed = [row for row in rows if row.is_changed]
    assert len(changed) == 1
    assert [piece.text for piece in changed[0].old if piece.is_changed] == ["基本"]
    assert [piece.text for piece in changed[0].new if piece.is_changed] == ["主要"]
    revert_question(question=question, actor=author, values=values_to_restore(get_state(question=question, key="d1")))
    assert fresh(question).content["stem"] == "会计的基本职能"


def test_a_lock_keeps_others_from_changing_and_the_owner_may_open_it():
    author, editor = make_author(), make_author()
    bank = make_shared_bank(author, editor=editor)
    question = write(bank, editor)
    lock_question(question=question, actor=editor)
    with pytest.raises(QuestionLocked):
        rewrite(question, author, stem="Mine")
    with pytest.raises(QuestionLocked):
        publish_question(question=fresh(question), actor=author)
    with pytest.raises(QuestionLocked):
        lock_question(question=fresh(question), actor=author)
    assert fresh(question).content["stem"] == "One plus one?"
    rewrite(question, editor, stem="Hers")
    unlock_question(question=fresh(question), actor=author)
    rewrite(question, author, stem="Mine")
    assert fresh(question).content["stem"] == "Mine"


def test_a_stranger_to_the_lock_cannot_open_it():
    author, editor, other = make_author(), make_author(), make_author()
    bank = make_shared_bank(author, editor=editor, reviewer=other)
    question = write(bank, author)
    lock_question(question=question, actor=author)
    with pytest.raises(QuestionLocked):
        unlock_question(question=fresh(question), actor=editor)
    assert fresh(question).locked


def test_the_periodic_task_publishes_and_retires_at_the_time():
    author, now = make_author(), now_utc()
    question = write(make_shared_bank(author), author)
    with pytest.raises(InvalidInput):
        schedule_question(question=question, actor=author, go_live_at=now - timedelta(hours=1), expire_at=None, now=now)
    later, end = now + timedelta(hours=1), now + timedelta(hours=2)
    schedule_question(question=question, actor=author, go_live_at=later, expire_at=end, now=now)
    assert carry_out_schedules(now=now) == 0
    assert fresh(question).status == "draft"
    assert carry_out_schedules(now=later) == 1
    assert fresh(question).is_drawable
    assert carry_out_schedules(now=later) == 0
    assert carry_out_schedules(now=end) == 1
    assert fresh(question).status == "retired"


def test_a_schedule_without_approval_is_given_up_and_the_author_is_told():
    author, now = make_author(), now_utc()
    bank = make_shared_bank(author, requires_review=True)
    question = write(bank, author)
    later = now + timedelta(hours=1)
    schedule_question(question=question, actor=author, go_live_at=later, expire_at=None, now=now)
    assert carry_out_schedules(now=later) == 0
    question = fresh(question)
    assert (question.status, question.go_live_at) == ("draft", None)
    assert Notification.objects.filter(user=author, kind="exams.not_published").exists()


def test_nobody_approves_her_own_and_only_what_was_approved_is_published():
    author, editor, reviewer = make_author(), make_author(), make_author()
    bank = make_shared_bank(author, editor=editor, reviewer=reviewer, requires_review=True)
    question = write(bank, editor)
    with pytest.raises(NotApproved):
        publish_question(question=fresh(question), actor=editor)
    submit_for_review(question=fresh(question), actor=editor, note="Please")
    assert set(Notification.objects.filter(kind="exams.to_review").values_list("user_id", flat=True)) == {
        author.pk,
        reviewer.pk,
    }
    assert [row.question_id for row in list_reviews(reviewer)] == [question.pk]
    assert list(list_reviews(editor)) == []
    review = find_open_review(question)
    review.question = fresh(question)
    with pytest.raises(NotAllowed):
        approve_review(review=review, actor=editor)
    with pytest.raises(NotAllowed):
        approve_review(review=review, actor=reviewer, publish=True)
    assert QuestionReview.objects.get().state == "requested"
    approve_review(review=review, actor=reviewer, comment="Fine")
    assert fresh(question).current_version is None
    publish_question(question=fresh(question), actor=editor)
    assert fresh(question).is_drawable


def test_who_changed_the_draft_is_an_author_of_it_even_when_another_submits():
    author, editor = make_author(), make_author()
    bank = make_shared_bank(author, editor=editor, requires_review=True)
    question = write(bank, editor)
    submit_for_review(question=fresh(question), actor=author)
    review = find_open_review(question)
    review.question = fresh(question)
    with pytest.raises(NotAllowed):
        approve_review(review=review, actor=editor)
    assert QuestionReview.objects.get().state == "requested"


def test_an_approval_holds_for_exactly_what_was_submitted():
    author, reviewer = make_author(), make_author()
    bank = make_shared_bank(author, reviewer=reviewer, requires_review=True)
    question = write(bank, author)
    submit_for_review(question=fresh(question), actor=author)
    rewrite(question, author, stem="Something else?")
    review = find_open_review(question)
    review.question = fresh(question)
    with pytest.raises(Conflict):
        approve_review(review=review, actor=reviewer)
    withdraw_review(question=question, actor=author)
    submit_for_review(question=fresh(question), actor=author)
    review = find_open_review(question)
    review.question = fresh(question)
    approve_review(review=review, actor=reviewer)
    rewrite(question, author, stem="Changed after the approval?")
    with pytest.raises(NotApproved):
        publish_question(question=fresh(question), actor=author)
    assert fresh(question).current_version is None


def test_changes_are_asked_for_in_words_and_reach_the_author():
    author, reviewer = make_author(), make_author()
    bank = make_shared_bank(author, reviewer=reviewer, requires_review=True)
    question = write(bank, author)
    submit_for_review(question=fresh(question), actor=author)
    review = find_open_review(question)
    review.question = fresh(question)
    with pytest.raises(InvalidInput):
        ask_for_changes(review=review, actor=reviewer, comment=" ")
    ask_for_changes(review=review, actor=reviewer, comment="B is right as well.")
    told = Notification.objects.get(user=author, kind="exams.reviewed")
    assert "B is right as well." in told.body


def test_what_nobody_approved_is_drawn_by_no_paper_and_no_practice():
    author, reviewer = make_author(), make_author()
    bank = make_shared_bank(author, reviewer=reviewer, requires_review=True, visibility="public")
    sample = SAMPLES["single_choice"]
    import_records(
        bank=bank,
        records=[{"type": "single_choice", "content": sample["content"], "key": sample["key"]}],
        author=author,
    )
    question = Question.objects.select_related("bank", "current_version").get()
    assert question.status == "published"
    assert not question.is_drawable
    paper = create_paper(actor=author, title="Paper")
    section = add_section(paper=paper, title="One")
    save_rule(section=section, bank=bank, count=1, marks=Decimal(1), actor=author)
    with pytest.raises(BlueprintInfeasible):
        publish_paper(paper=paper, actor=author)
    with pytest.raises(InvalidInput):
        add_items(section=section, questions=[question])
    with pytest.raises(Conflict):
        start_chapter_practice(user=author, bank=bank)
    submit_for_review(question=question, actor=author)
    review = find_open_review(question)
    review.question = fresh(question)
    approve_review(review=review, actor=reviewer)
    assert fresh(question).is_drawable
    publish_paper(paper=paper, actor=author)
    assert len(start_chapter_practice(user=author, bank=bank).items) == 1


def test_a_draft_with_approved_version_is_drawn_in_its_approved_version():
    author, reviewer = make_author(), make_author()
    bank = make_shared_bank(author, reviewer=reviewer, requires_review=True)
    question = write(bank, author)
    submit_for_review(question=fresh(question), actor=author)
    review = find_open_review(question)
    review.question = fresh(question)
    approve_review(review=review, actor=reviewer)
    publish_question(question=fresh(question), actor=author)
    rewrite(question, author, stem="Not approved?")
    session = start_chapter_practice(user=author, bank=bank)
    assert session.items[0]["version_id"] == fresh(question).current_version_id
    assert fresh(question).current_version.content["stem"] == "One plus one?"


def test_only_the_owner_turns_the_review_off(client):
    author, editor = make_author(), make_author()
    bank = make_shared_bank(author, editor=editor, requires_review=True)
    client.force_login(editor)
    client.post(
        reverse("authoring:edit_bank", args=[bank.public_id]),
        {"name": "Bank", "language": "en", "visibility": "shared", "free_sample_count": 0},
    )
    bank.refresh_from_db()
    assert bank.requires_review


def test_remarks_stand_by_field_are_answered_and_resolved():
    author, reviewer = make_author(), make_author()
    question = write(make_shared_bank(author, reviewer=reviewer), author)
    remark = add_comment(question=question, actor=reviewer, text="Is B right?", field="key")
    add_comment(question=question, actor=author, text="Yes.", thread=remark)
    resolve_thread(thread=remark, actor=reviewer, is_resolved=True)
    remark.refresh_from_db()
    (thread,) = list_threads(question=question)
    assert thread.is_resolved
    assert [reply.text for reply in thread.replies] == ["Yes."]
    assert Notification.objects.filter(user=author, kind="exams.commented").count() == 1
    assert Notification.objects.filter(user=reviewer, kind="exams.commented").count() == 1
    add_comment(question=question, actor=author, text="And A?", thread=remark)
    assert not list_threads(question=question)[0].is_resolved


def test_the_pages_of_a_question_answer_and_a_reviewer_decides_there(client):
    author, reviewer = make_author(), make_author()
    bank = make_shared_bank(author, reviewer=reviewer, requires_review=True)
    question = write(bank, author)
    client.force_login(author)
    page = client.get(reverse("authoring:question", args=[question.public_id]))
    assert "Save and submit for review" in page.content.decode()
    client.post(reverse("authoring:review_decide", args=[question.public_id]), {"do": "submit", "comment": "Look"})
    for name in ("review", "history", "figures"):
        assert client.get(reverse(f"authoring:{name}", args=[question.public_id])).status_code == 200
    client.force_login(reviewer)
    assert client.get(reverse("authoring:question", args=[question.public_id])).url.endswith("/review/")
    assert question.summary in client.get(reverse("authoring:reviews")).content.decode()
    client.post(reverse("authoring:review_decide", args=[question.public_id]), {"do": "approve"})
    assert QuestionReview.objects.get().state == "approved"
    answer = client.post(reverse("authoring:question", args=[question.public_id]), {"do": "save", "stem": "Mine"})
    assert answer.status_code == 302
    assert fresh(question).content["stem"] == "One plus one?"
