"""The wrong-answer book after any sequence of practice, exam releases, regrades and acts by hand equals what the raw
results say, told by a naive reading of them."""

import random
from datetime import timedelta

import pytest
import time_machine

from edu.core.clock import now_utc
from edu.events.types import ResultReleased
from exams.domain.progress import HandAct
from exams.models import (
    Attempt,
    ItemResult,
    PracticeAnswer,
    PracticePreference,
    QuestionProgress,
    QuestionVersion,
    RegradeSet,
)
from exams.practice import answers
from exams.practice.answers import answer_question
from exams.practice.book_entry import set_mastered
from exams.practice.handlers import enter_exam_results
from exams.practice.question_progress import DERIVED, rebuild, rebuild_all
from exams.practice.starts import NothingToPractise, start_chapter_practice
from exams.regrading.change_sets import confirm_regrade, plan_practice_regrade, plan_undo
from tests.factories.exams import make_bank, make_exam, make_paper_version, make_question, make_user

pytestmark = pytest.mark.django_db
ANSWERS = ["a", "b", "b", None]


class Life:
    """One learner, four questions, and what may happen."""

    def __init__(self, seed, *, run_jobs, deliver_events):
        self.chance = random.Random(seed)
        self.run_jobs, self.deliver_events = run_jobs, deliver_events
        self.author = make_user(is_superuser=True)
        self.user = make_user()
        self.bank = make_bank(visibility="public")
        self.versions = [make_question(bank=self.bank) for _number in range(4)]
        self.streak = self.chance.choice([1, 2, 3])
        PracticePreference.objects.create(user=self.user, mastery_streak=self.streak)
        self.acts = {}
        self.waiting = []
        self.number = 0

    def practise(self):
        try:
            session = start_chapter_practice(user=self.user, bank=self.bank)
        except NothingToPractise:  # an exam that is not released hides all
            assert self.waiting
            return
        for index, item in enumerate(session.items):
            if self.chance.random() < 0.6:
                version = QuestionVersion.objects.select_related("question").get(pk=item["version_id"])
                answer_question(
                    session=session, index=index, version=version, response=self.chance.choice(ANSWERS), seconds=5
                )

    def sit(self):
        exam = make_exam(paper_version=make_paper_version(versions=self.versions))
        self.number += 1
        attempt = Attempt.objects.create(
            exam=exam, user=self.user, number=1, state="graded", seed=1, paper={}, started_at=now_utc(),
            deadline_at=now_utc(), submitted_at=now_utc(),
        )  # fmt: skip
        for slot, version in enumerate(self.versions, start=1):
            state, fraction = self.chance.choice([("graded", 1.0), ("graded", 0.0), ("graded", 0.5), ("blank", 0.0)])
            ItemResult.objects.create(
                attempt_id=attempt.pk, slot=slot, exam_id=exam.pk, user_id=self.user.pk,
                question_id=version.question_id, version_id=version.pk, state=state, fraction=fraction, mark=fraction,
                maximum=1,
            )  # fmt: skip
        self.waiting.append(attempt)

    def release(self):
        if not self.waiting:
            return
        attempt = self.waiting.pop(self.chance.randrange(len(self.waiting)))
        Attempt.objects.filter(pk=attempt.pk).update(released_at=now_utc())
        for _delivery in range(self.chance.randint(1, 2)):
            enter_exam_results(
                ResultReleased(attempt_id=attempt.pk, exam_id=attempt.exam_id, user_id=self.user.pk, passed=False)
            )

    def regrade(self):
        rows = list(ItemResult.objects.filter(user_id=self.user.pk, state="graded").order_by("pk"))
        row = self.chance.choice(rows) if rows else None
        if row is not None:
            ItemResult.objects.filter(pk=row.pk).update(
                fraction=self.chance.choice([0.0, 1.0]), maximum=self.chance.choice([0, 1, 1, 1])
            )
            rebuild(user_id=self.user.pk, question_ids=[row.question_id])

    def correct(self):
        """Correct the key of a question in practice, or take an earlier correction back."""
        applied = RegradeSet.objects.filter(state="applied", undoes=None).order_by("pk")
        if applied and self.chance.random() < 0.4:
            row = plan_undo(change_set=self.chance.choice(list(applied)), actor=self.author)
        else:
            policy = self.chance.choice(["new_key", "accept_both", "full_marks"])
            version = self.chance.choice(self.versions)
            row = plan_practice_regrade(
                actor=self.author,
                version=QuestionVersion.objects.select_related("question__bank").get(pk=version.pk),
                policy=policy,
                reason="It was wrong.",
                key={"fractions": {"a": 1}, "feedback": {}} if policy != "full_marks" else None,
            )
        self.run_jobs()
        confirm_regrade(change_set=RegradeSet.objects.get(pk=row.pk), actor=self.author)
        self.run_jobs()
        self.deliver_events()

    def act(self):
        rows = list(
            QuestionProgress.objects.filter(user=self.user, last_wrong_at__isnull=False).order_by("question_id")
        )
        if rows:
            row, hand_act = self.chance.choice(rows), self.chance.choice([HandAct.MASTERED, HandAct.RETURNED])
            set_mastered(user_id=self.user.pk, question_public_id=row.question.public_id, hand_act=hand_act)
            self.acts[row.question_id] = (now_utc(), hand_act)

    def told_by_raw_results(self, question_id):
        """Return counts, streak and whether it waits in the book, read naively from all that is stored."""
        events = []
        for answer in PracticeAnswer.objects.filter(session__user=self.user, question_id=question_id):
            events.append((answer.answered_at, "blank" if answer.state == "blank" else answer.fraction == 1))
        for attempt in Attempt.objects.filter(user=self.user, released_at__isnull=False):
            for row in ItemResult.objects.filter(attempt_id=attempt.pk, question_id=question_id, maximum__gt=0):
                events.append((attempt.submitted_at, "blank" if row.state == "blank" else row.fraction == 1))
        if question_id in self.acts:
            events.append(self.acts[question_id])
        right = wrong = blank = streak = 0
        was_wrong = waits = False
        for _at, what in sorted(events, key=lambda event: event[0]):
            if what is True:
                right, streak = right + 1, streak + 1
                waits = waits and streak < self.streak
            elif what is False or what == "blank":
                wrong, blank, streak = wrong + (what is False), blank + (what == "blank"), 0
                was_wrong = waits = True
            else:
                waits = what == HandAct.RETURNED
                streak = 0 if waits else streak
        return (right, wrong, blank, streak, was_wrong and waits)


@pytest.mark.parametrize("seed", range(20))
def test_the_book_is_what_raw_results_say(seed, run_jobs, deliver_events):
    with time_machine.travel("2026-03-01T08:00:00Z", tick=False) as clock:
        life = Life(seed, run_jobs=run_jobs, deliver_events=deliver_events)
        steps = [
            life.practise,
            life.practise,
            life.sit,
            life.release,
            life.release,
            life.regrade,
            life.act,
            life.correct,
        ]
        for _step in range(24):
            clock.shift(timedelta(minutes=life.chance.randint(1, 5000)))
            life.chance.choice(steps)()
            check(life)
        before = list(QuestionProgress.objects.order_by("question_id").values(*DERIVED))
        rebuild_all(user_id=life.user.pk)
        assert list(QuestionProgress.objects.order_by("question_id").values(*DERIVED)) == before


def check(life):
    rows = {row.question_id: row for row in QuestionProgress.objects.filter(user=life.user)}
    for version in life.versions:
        row = rows.get(version.question_id) or QuestionProgress()
        waits = row.last_wrong_at is not None and row.mastered_at is None
        stored = (row.right_count, row.wrong_count, row.blank_count, row.right_streak, waits)
        assert stored == life.told_by_raw_results(version.question_id)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("between", ["answer", "act"])
def test_what_happens_while_an_answer_is_counted_is_counted_too(monkeypatch, known, between):
    user, bank = make_user(), make_bank(visibility="public")
    version = make_question(bank=bank)
    if known:
        answer_question(session=start_chapter_practice(user=user, bank=bank), index=0, version=version, response="a")
    first, second = (start_chapter_practice(user=user, bank=bank) for _device in range(2))
    plain = answers.count_answer

    def interrupted(**asked):
        counted = plain(**asked)
        monkeypatch.setattr(answers, "count_answer", plain)
        if between == "answer" or not known:
            answer_question(session=second, index=0, version=version, response="a")
        else:
            set_mastered(user_id=user.pk, question_public_id=version.question.public_id, hand_act=HandAct.MASTERED)
        return counted

    monkeypatch.setattr(answers, "count_answer", interrupted)
    result = answer_question(session=first, index=0, version=version, response="b")
    row = QuestionProgress.objects.get()
    assert row.answered_count == PracticeAnswer.objects.count() == result.progress.answered_count
    if between == "act" and known:
        assert row.hand_act == HandAct.MASTERED
    before = {name: getattr(row, name) for name in DERIVED}
    rebuild(user_id=user.pk, question_ids=[version.question_id])
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in DERIVED} == before
