"""Answers of practice after a corrected key: previewed, judged anew, told in the history, and taken back."""

import pytest
from django.urls import reverse

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.notifications.models import Notification
from edu.notifications.services import set_muted_categories
from exams.authoring.figures import roll_up_figures
from exams.models import (
    PracticeAnswer,
    PracticeChange,
    PracticeSession,
    Question,
    QuestionProgress,
    QuestionStatistics,
    RegradeSet,
)
from exams.practice.answers import answer_question, assess_answer
from exams.practice.starts import start_chapter_practice
from exams.regrading import practice as regraded_practice
from exams.regrading.carry_out import carry_out
from exams.regrading.change_sets import confirm_regrade, get_regrade, list_regrades, plan_practice_regrade, plan_undo
from tests.factories.exams import make_bank, make_exam, make_paper_version, make_question, make_user
from tests.factories.regrading import NEW_KEY, confirm, plan, publish_corrected, sit_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_user(is_instructor=True)


@pytest.fixture
def version(author):
    return make_question(bank=make_bank(owner=author, visibility="public", name="Own bank"))


def practise(version, *responses):
    """Answer the only question of a bank, each time in a new practice; return the learner."""
    user = make_user()
    for response in responses:
        session = start_chapter_practice(user=user, bank=version.question.bank)
        answer_question(session=session, index=0, version=version, response=response, seconds=5)
    return user


def plan_practice(version, actor, *, policy="new_key", run_jobs):
    key = NEW_KEY if policy != "full_marks" else None
    row = plan_practice_regrade(actor=actor, version=version, policy=policy, reason="Option 1 was right.", key=key)
    run_jobs()
    return get_regrade(actor, row.public_id)


def undo(row, actor, *, run_jobs):
    """Take a regrade back; return the change set that did it, as it was previewed."""
    taken_back = plan_undo(change_set=get_regrade(actor, row.public_id), actor=actor)
    run_jobs()
    taken_back = get_regrade(actor, taken_back.public_id)
    confirm(taken_back, run_jobs=run_jobs)
    return taken_back


def in_book(user):
    return QuestionProgress.objects.filter(user=user, last_wrong_at__isnull=False, mastered_at__isnull=True).exists()


def figures_of_sessions():
    return list(PracticeSession.objects.order_by("pk").values_list("states", "right_count"))


def test_an_answer_that_was_right_after_all_leaves_the_book_and_comes_back_with_the_undo(
    version, author, run_jobs, deliver_events
):
    wronged, favoured = practise(version, "a"), practise(version, "b", None)
    row = plan_practice(version, author, run_jobs=run_jobs)
    assert row.summary["practice"] == {
        "answers": 3, "changed": 2, "better": 1, "worse": 1, "conflicts": 0, "learners": 2,
    }  # fmt: skip
    assert (in_book(wronged), PracticeChange.objects.count()) == (True, 0), "a preview changes nothing"
    confirm(row, run_jobs=run_jobs)
    deliver_events()
    assert (in_book(wronged), QuestionProgress.objects.get(user=wronged).right_count) == (False, 1)
    assert QuestionProgress.objects.get(user=favoured).wrong_count == 1
    assert figures_of_sessions() == [("r", 1), ("w", 0), ("b", 0)]
    taken_back = undo(row, author, run_jobs=run_jobs)
    deliver_events()
    assert taken_back.summary["practice"]["changed"] == 2
    assert (in_book(wronged), QuestionProgress.objects.get(user=favoured).right_count) == (True, 1)
    assert figures_of_sessions() == [("w", 0), ("r", 1), ("b", 0)]
    assert Question.objects.get().practice_decisions is None
    assert get_regrade(author, row.public_id).state == RegradeSet.State.UNDONE
    assert AuditEntry.objects.filter(action="exam.regrade", object_kind="question").count() == 1


def test_later_answers_to_the_version_are_judged_alike(version, author, run_jobs, client):
    confirm(plan_practice(version, author, run_jobs=run_jobs), run_jobs=run_jobs)
    version.question.refresh_from_db()
    user = practise(version, "a")
    assert PracticeAnswer.objects.get().fraction == 1.0
    client.force_login(user)
    session = PracticeSession.objects.get()
    page = client.get(reverse("practice:session", args=[session.public_id]) + "?n=1").content.decode()
    assert "marked anew with a corrected key" in page
    assert not in_book(user)


@pytest.mark.parametrize(
    ("policy", "fractions"), [("new_key", [1.0, 0.0, 0.0]), ("accept_both", [1.0, 1.0, 0.0]), ("full_marks", [1.0] * 3)]
)
def test_each_policy_judges_as_it_says(version, author, run_jobs, policy, fractions):
    practise(version, "a", "b", None)
    confirm(plan_practice(version, author, policy=policy, run_jobs=run_jobs), run_jobs=run_jobs)
    assert list(PracticeAnswer.objects.order_by("pk").values_list("fraction", flat=True)) == fractions


def test_the_history_of_a_question_says_that_its_key_was_corrected(version, author, run_jobs, deliver_events, client):
    client.force_login(practise(version, "a", "b", None))
    url = reverse("practice:entry", args=[version.question.public_id])
    assert "The key was corrected" not in client.get(url).content.decode()
    row = confirm(plan_practice(version, author, run_jobs=run_jobs), run_jobs=run_jobs)
    deliver_events()
    page = client.get(url).content.decode()
    assert page.count("The key was corrected on") == 2, "of the answers that are judged otherwise"
    assert "Option 1 was right." in page
    assert "marked anew with a corrected key" in client.get(url, {"answer": "1"}).content.decode()
    undo(row, author, run_jobs=run_jobs)
    assert "The key was corrected" not in client.get(url).content.decode()


def test_a_regrade_of_an_exam_judges_practice_of_its_author_too(version, author, run_jobs, deliver_events, client):
    wronged = practise(version, "a")
    exam = make_exam(owner=author, paper_version=make_paper_version(versions=[version]))
    sit_again(exam, {1: "a"})
    row = plan(exam, run_jobs=run_jobs)
    client.force_login(author)
    url = reverse("regrading:detail", args=[row.public_id])
    assert "Judged otherwise then" in client.get(url).content.decode()
    assert row.summary["practice"]["changed"] == 1
    row = confirm(row, run_jobs=run_jobs)
    deliver_events()
    assert not in_book(wronged)
    assert row.report["practice"] == {"changed": 1, "learners": 1}
    assert "Judged otherwise now" in client.get(url).content.decode()


def test_an_exam_of_somebody_else_leaves_practice_alone_and_says_so(version, run_jobs, client):
    practise(version, "a")
    other = make_user(is_instructor=True)
    exam = make_exam(owner=other, paper_version=make_paper_version(versions=[version]))
    sit_again(exam, {1: "a"})
    row = plan(exam, run_jobs=run_jobs)
    assert (row.with_practice, row.summary["practice"]["answers"]) == (False, 1)
    client.force_login(other)
    page = client.get(reverse("regrading:detail", args=[row.public_id])).content.decode()
    assert "1 answer of practice is not touched" in page
    confirm(row, run_jobs=run_jobs)
    assert (PracticeAnswer.objects.get().fraction, Question.objects.get().practice_decisions) == (0.0, None)


def test_strangers_neither_plan_nor_see_nor_confirm(version, author, run_jobs, client):
    practise(version, "a")
    stranger = make_user(is_instructor=True)
    with pytest.raises(NotFound):
        plan_practice_regrade(actor=stranger, version=version, policy="full_marks", reason="Mine")
    row = plan_practice(version, author, run_jobs=run_jobs)
    with pytest.raises(NotFound):
        get_regrade(stranger, row.public_id)
    assert not list_regrades(stranger).exists()
    client.force_login(stranger)
    new = reverse("regrading:new_of_practice", args=[version.question.public_id, 1])
    for url in (reverse("regrading:detail", args=[row.public_id]), new):
        assert client.get(url).status_code == 404
        assert client.post(url, {"do": "confirm"}).status_code == 404
    with pytest.raises(Conflict):
        confirm_regrade(change_set=row, actor=stranger)
    assert (PracticeAnswer.objects.get().fraction, RegradeSet.objects.get().state) == (0.0, "previewed")


@pytest.mark.parametrize(
    "fields",
    [{"policy": "drop"}, {"policy": "new_key"}, {"policy": "new_key", "key": {"fractions": {"zz": 1}}},
     {"policy": "full_marks", "reason": " "}],
)  # fmt: skip
def test_what_does_not_fit_is_refused(version, author, fields):
    with pytest.raises(InvalidInput):
        plan_practice_regrade(actor=author, version=version, **{"reason": "Why"} | fields)
    assert not RegradeSet.objects.exists()


def test_the_pages_lead_from_a_newer_key_to_the_answers_and_back(version, author, run_jobs, client):
    practise(version, "a", "a")
    fresh = publish_corrected(version)
    roll_up_figures(now=now_utc(), everything=True)
    client.force_login(author)
    figures_url = reverse("authoring:figures", args=[version.question.public_id])
    url = reverse("regrading:new_of_practice", args=[version.question.public_id, 1])
    figures = client.get(figures_url).content.decode()
    assert "2 answers of practice were judged by another key" in figures
    assert url in figures
    assert 'name="certificates"' not in client.get(url).content.decode()
    assert client.post(url, {"policy": "new_key", "key_source": "2", "reason": ""}).status_code == 422
    response = client.post(url, {"policy": "new_key", "key_source": "2", "reason": "Option 1 was right."})
    row = RegradeSet.objects.get()
    assert (response.url, row.key_version) == (reverse("regrading:detail", args=[row.public_id]), fresh)
    run_jobs()
    assert "Judge them so" in client.get(response.url).content.decode()
    client.post(response.url, {"do": "confirm"})
    run_jobs()
    assert "Judged otherwise now" in client.get(response.url).content.decode()
    assert "Own bank" in client.get(reverse("regrading:index")).content.decode()
    assert "were judged by another key" not in client.get(figures_url).content.decode()
    client.post(response.url, {"do": "undo"})
    run_jobs()
    assert RegradeSet.objects.filter(undoes=row, state="previewed").exists()


def test_an_essay_that_its_learner_judged_stays_hers_save_under_full_marks(author, run_jobs):
    version = make_question(type="essay", bank=make_bank(owner=author, visibility="public"))
    session = start_chapter_practice(user=make_user(), bank=version.question.bank)
    answer_question(session=session, index=0, version=version, response="My words")
    assess_answer(session=session, index=0, fraction=0.5)
    row = confirm(plan_practice(version, author, policy="full_marks", run_jobs=run_jobs), run_jobs=run_jobs)
    assert PracticeAnswer.objects.get().fraction == 1.0
    undo(row, author, run_jobs=run_jobs)
    assert PracticeAnswer.objects.get().fraction == 0.5


def test_a_run_that_is_broken_off_goes_on_and_changes_nothing_twice(version, author, run_jobs, monkeypatch):
    monkeypatch.setattr(regraded_practice, "BATCH", 2)
    for _number in range(5):
        practise(version, "a")
    row = plan_practice(version, author, run_jobs=run_jobs)
    original, calls = regraded_practice._write, []

    def dies(changed, sessions):
        calls.append(len(changed))
        if len(calls) == 2:
            raise RuntimeError("killed")
        original(changed, sessions)

    confirm_regrade(change_set=row, actor=author)
    monkeypatch.setattr(regraded_practice, "_write", dies)
    with pytest.raises(RuntimeError):
        carry_out(change_set_id=row.pk, say=lambda *_words: None)
    assert PracticeAnswer.objects.filter(fraction=1.0).count() == 2
    run_jobs()
    assert PracticeAnswer.objects.filter(fraction=1.0).count() == 5
    assert PracticeChange.objects.count() == 5
    assert figures_of_sessions() == [("r", 1)] * 5


@pytest.mark.parametrize("count", [3, 40])
def test_a_batch_takes_the_same_statements_whatever_its_size(
    version, author, run_jobs, count, django_assert_num_queries
):
    for _number in range(count):
        practise(version, "a")
    row = plan_practice(version, author, run_jobs=run_jobs)
    confirm_regrade(change_set=row, actor=author)
    row = RegradeSet.objects.select_related("version").get(pk=row.pk)
    recount = regraded_practice.PracticeRecount(row, stored={"policy": "new_key", "key": NEW_KEY, "change_set": row.pk})
    ids = recount.ids_after(0)
    with django_assert_num_queries(9):
        regraded_practice._do_batch(row, recount, ids, cursor=0)


def told(user):
    return list(Notification.objects.filter(user=user, kind="exams.practice_regraded").order_by("pk"))


def test_who_is_judged_otherwise_is_told_once_and_again_of_the_undo(
    version, author, run_jobs, deliver_events, client, monkeypatch
):
    monkeypatch.setattr(regraded_practice, "BATCH", 1)  # several batches of one learner make one message
    wronged, favoured, unmoved = practise(version, "a", "a"), practise(version, "b", "a"), practise(version, None)
    row = plan_practice(version, author, run_jobs=run_jobs)
    assert not Notification.objects.filter(kind="exams.practice_regraded").exists()
    confirm(row, run_jobs=run_jobs)
    deliver_events()
    deliver_events()
    (message,) = told(wronged)
    assert (message.context["better"], message.context["worse"]) == (2, 0)
    assert "2 of your answers count for more now." in message.body
    assert "Option 1 was right." in message.body
    (mixed,) = told(favoured)
    assert (mixed.context["better"], mixed.context["worse"]) == (1, 1)
    assert told(unmoved) == []
    client.force_login(wronged)
    page = client.get(reverse("notifications:inbox")).content.decode()
    assert "Judged anew in practice" in page
    assert client.get(reverse("notifications:open", args=[message.public_id]), follow=True).status_code == 200
    undo(row, author, run_jobs=run_jobs)
    deliver_events()
    assert "judged again as it was before" in told(wronged)[1].body


def test_the_mails_of_such_messages_are_switched_off_by_themselves(version, author, run_jobs, deliver_events):
    reads, silent = practise(version, "a"), practise(version, "a")
    set_muted_categories(user_id=silent.pk, categories=["corrections"])
    confirm(plan_practice(version, author, run_jobs=run_jobs), run_jobs=run_jobs)
    deliver_events()
    run_jobs()
    assert [len(told(user)) for user in (reads, silent)] == [1, 1]
    assert told(reads)[0].mailed_at is not None
    assert told(silent)[0].mailed_at is None


def test_the_figures_of_practice_follow_at_once(version, author, run_jobs):
    for _number in range(10):
        practise(version, "a")
    other = make_question(bank=version.question.bank)
    roll_up_figures(now=now_utc(), everything=True)
    before = QuestionStatistics.objects.get(version=version)
    assert (before.practice_count, before.practice_facility) == (10, 0.0)
    row = confirm(plan_practice(version, author, run_jobs=run_jobs), run_jobs=run_jobs)
    after = QuestionStatistics.objects.get(version=version)
    assert (after.practice_count, after.practice_facility) == (10, 1.0)
    assert after.computed_at == before.computed_at, "the next roll-up begins where the last one ended"
    undo(row, author, run_jobs=run_jobs)
    assert QuestionStatistics.objects.get(version=version).practice_facility == 0.0
    assert not QuestionStatistics.objects.filter(version=other).exists()


def test_a_type_of_parts_is_corrected_for_practice_alone(author, run_jobs, client):
    version = make_question(type="matching", bank=make_bank(owner=author, visibility="public"))
    practise(version, {"l1": "r1", "l2": "r1"})
    client.force_login(author)
    url = reverse("regrading:new_of_practice", args=[version.question.public_id, 1])
    fields = {"policy": "new_key", "key_source": "here", "partner-l1": "r1", "partner-l2": "r1", "reason": "Both"}
    client.post(url, fields)
    run_jobs()
    confirm(RegradeSet.objects.get(), run_jobs=run_jobs)
    assert PracticeAnswer.objects.get().fraction == 1.0
