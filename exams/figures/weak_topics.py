"""Where a class fails: the topics of a bank by the share of wrong answers, in practice and in released exams.

Nothing is said of fewer than FEWEST_LEARNERS learners, neither of a topic nor of a question: a single one could be
recognised. Answers of one learner resemble one another; the intervals take that into account.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from edu.organizations.queries import list_memberships, organization_name, staff_by_user
from exams.cohorts import list_cohorts, people_of_cohort
from exams.domain.mastery import FEWEST_LEARNERS, ShareEstimate, share_interval
from exams.models import (
    Attempt,
    Bank,
    BlueprintRule,
    ItemResult,
    PaperItem,
    PracticeAnswer,
    Question,
    QuestionReport,
    Topic,
)
from exams.permissions import managed_exams

DAYS = (30, 90)
QUESTIONS_SHOWN = 10
MOST_EXAMS = 30
MOST_ANSWERS = 50_000
"""Answers of practice that are looked at: shares of so many are known to a per cent, and a page waits for them."""
MOST_SCRIPTS = 1_000
"""Attempts at exams whose answers are looked at, for the same reasons."""
NARROWED = 12
"""How often a moment is looked for at most: thirty days by halves come to some ten minutes."""
_WRONG = Q(fraction__lt=1 - 1e-6) | Q(state="blank")
_COUNTS = Q(fraction__isnull=False) | Q(state="blank")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Whose answers are looked at: a key for the address and what the author calls it."""

    key: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakQuestion:
    """A question behind a weak topic: answers, learners, and the share of fully right ones in whole per cent."""

    question: Question
    answers: int
    learners: int
    facility_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakTopic:
    """A topic with the share of wrong answers and its interval in whole per cent, and its questions, hardest first."""

    topic: Topic | None
    path: str
    estimate: ShareEstimate
    questions: tuple[WeakQuestion, ...]

    @property
    def percent(self) -> int:
        """Return the share wrong in whole per cent."""
        return round(100 * self.estimate.share)

    @property
    def low_percent(self) -> int:
        """Return the lower end of the interval in whole per cent."""
        return round(100 * self.estimate.low)

    @property
    def high_percent(self) -> int:
        """Return the upper end of the interval in whole per cent."""
        return round(100 * self.estimate.high)

    @property
    def band_width(self) -> int:
        """Return the width of the interval in per cent, at least one so that it is seen."""
        return max(1, self.high_percent - self.low_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakTopics:
    """What a page shows: topics, the most wrong first; how many are left out for too few learners; how many learners
    answered anything (None below FEWEST_LEARNERS); open reports on the bank's questions; since when practice and exams
    count where that is later than asked for, as too much was answered (None: as asked for)."""

    topics: tuple[WeakTopic, ...]
    left_out: int
    learners: int | None
    open_reports: int
    practised_since: datetime | None = None
    sat_since: datetime | None = None


def list_groups(*, user: Any, bank: Bank) -> list[Group]:
    """Return whose answers the author of a bank may look at, the widest first: everybody's for a bank of her own, her
    organisation's people, exams that she manages, courses that she teaches. Statements do not grow with them."""
    groups = []
    if _sees_everybody(user, bank):
        groups.append(Group(key="", title=_("Everybody who answered")))
    groups += [Group(key=f"organization:{pk}", title=name) for pk, name in _organizations(user, bank).items()]
    # By the papers: of the results of a large exam, each would be read to learn that none is of this bank.
    fixed = PaperItem.objects.filter(section__paper_id=OuterRef("paper_id"), question__bank=bank)
    drawn = BlueprintRule.objects.filter(section__paper_id=OuterRef("paper_id"), bank=bank)
    exams = managed_exams(user).filter(Exists(fixed) | Exists(drawn)).order_by("-opens_at", "-pk")
    groups += [
        Group(key=f"exam:{row.public_id}", title=_("Exam: %(title)s") % {"title": row.title})
        for row in exams.only("public_id", "title")[:MOST_EXAMS]
    ]
    groups += [
        Group(key=one.key, title=_("Course: %(title)s") % {"title": one.title}) for one in list_cohorts(user=user)
    ]
    return groups


def _sees_everybody(user: Any, bank: Bank) -> bool:
    """A bank of an organisation is read by its authors for their own people alone, as its exams are."""
    return bool(user.is_superuser or bank.organization_id is None)


def _organizations(user: Any, bank: Bank) -> dict[int, str]:
    found = {
        row.organization_id: row.organization_name
        for row in list_memberships(user_id=user.pk)
        if row.role == "trainer" or row.organization_id == bank.organization_id
    }
    if user.is_superuser and bank.organization_id is not None:
        found.setdefault(bank.organization_id, organization_name(organization_id=bank.organization_id))
    return found


def people_of_group(*, user: Any, bank: Bank, key: str) -> set[int] | None:
    """Return the ids of a group's people, None for everybody; NotFound for a group that is not the author's to see."""
    missing = NotFound(_("There is no such group."))
    kind, _colon, name = key.partition(":")
    if not key:
        if not _sees_everybody(user, bank):
            raise missing
        return None
    if kind == "organization":
        if not name.isascii() or not name.isdecimal() or int(name) not in _organizations(user, bank):
            raise missing
        staff = staff_by_user(organization_id=int(name))
        return {pk for pk, row in staff.items() if row.is_current}
    if kind == "exam":
        exams = {str(row.public_id): row.pk for row in managed_exams(user).only("public_id")}
        if name not in exams:
            raise missing
        sat = Attempt.objects.filter(exam_id=exams[name]).exclude(state=Attempt.State.VOIDED)
        return set(sat.values_list("user_id", flat=True))
    people = people_of_cohort(user=user, key=key)
    if people is None:
        raise missing
    return people


def find_weak_topics(*, bank: Bank, people: Collection[int] | None, days: int, now: datetime) -> WeakTopics:
    """Return where the people fail in a bank that the caller fetched through the policy.

    Where more than MOST_ANSWERS were given in practice in that time, only as long is looked back as holds fewer; of
    exams, the newest MOST_SCRIPTS attempts count. Nine statements at most, and up to NARROWED more for a bank in which
    so much is practised.
    """
    since = now - timedelta(days=days)
    own = Question.objects.filter(bank=bank)
    topic_of = dict(own.values_list("pk", "topic_id"))
    practised = _practised(own, people)
    practised_since = _narrowed(lambda moment: practised.filter(answered_at__gte=moment), since=since, now=now)
    sat, sat_since = _sat(own, people, since=since)
    by_question: dict[int, dict[int, tuple[int, int]]] = {}
    for rows in (practised.filter(answered_at__gte=practised_since), sat):
        for question_id, user_id, n, wrong in (
            rows.filter(_COUNTS)
            .exclude(state="pending")
            .order_by()
            .values_list("question_id", "user_id")
            .annotate(n=Count("pk"), wrong=Count("pk", filter=_WRONG))
            .iterator()
        ):
            _count(by_question.setdefault(question_id, {}), user_id, wrong, n)
    by_topic: dict[int | None, dict[int, tuple[int, int]]] = {}
    for question_id, counts in by_question.items():
        of_topic = by_topic.setdefault(topic_of.get(question_id), {})
        for user_id, (wrong, n) in counts.items():
            _count(of_topic, user_id, wrong, n)
    shares = {topic_id: share_interval(sorted(counts.values())) for topic_id, counts in by_topic.items()}
    told = {topic_id for topic_id, share in shares.items() if share is not None}
    learners = {user_id for counts in by_topic.values() for user_id in counts}
    questions = _questions({pk: counts for pk, counts in by_question.items() if topic_of.get(pk) in told})
    names = {topic.pk: topic for topic in Topic.objects.filter(bank=bank)} if told else {}
    topics = [
        WeakTopic(
            topic=names.get(topic_id) if topic_id else None,
            path=_path(names.get(topic_id) if topic_id else None, names),
            estimate=share,
            questions=tuple(questions.get(topic_id, ())[:QUESTIONS_SHOWN]),
        )
        for topic_id, share in shares.items()
        if share is not None
    ]
    return WeakTopics(
        topics=tuple(sorted(topics, key=lambda row: (-row.estimate.share, -row.estimate.n, row.path))),
        left_out=len(shares) - len(topics),
        learners=len(learners) if len(learners) >= FEWEST_LEARNERS else None,
        open_reports=QuestionReport.objects.filter(question__bank=bank, state=QuestionReport.State.OPEN).count(),
        practised_since=practised_since if practised_since > since else None,
        sat_since=sat_since if sat_since > since else None,
    )


def _practised(own: QuerySet[Question], people: Collection[int] | None) -> QuerySet[Any]:
    """Return the answers of practice to questions. Of a class, the databases shall go by the people's answers and not
    by everybody's to the bank's questions: with an expression for the question no index of it is in question."""
    if people is None:
        return PracticeAnswer.objects.filter(question_id__in=own.values("pk"))
    asked = PracticeAnswer.objects.alias(asked=F("question_id") + 0)
    return asked.filter(asked__in=own.values("pk"), user_id__in=list(people))


def _sat(own: QuerySet[Question], people: Collection[int] | None, *, since: datetime) -> tuple[QuerySet[Any], datetime]:
    """Return the results of questions in released attempts, at most of the newest MOST_SCRIPTS, and since when those
    were handed in.

    Of a bank that was not asked often, its questions lead to the results. Of others, as of a class, the newest attempts
    do.
    """
    scripts = Attempt.objects.filter(state=Attempt.State.GRADED, released_at__isnull=False, submitted_at__gte=since)
    results = ItemResult.objects.filter(maximum__gt=0)
    direct = results.filter(question_id__in=own.values("pk"))
    if people is None and direct.values("pk")[: MOST_ANSWERS + 1].count() <= MOST_ANSWERS:
        return direct.filter(attempt_id__in=scripts.values("pk")), since
    if people is not None:
        scripts = scripts.filter(user_id__in=list(people))
    asked = results.alias(asked=F("question_id") + 0).filter(asked__in=own.values("pk"))
    of_bank = scripts.filter(Exists(asked.filter(attempt_id=OuterRef("pk")))).order_by("-submitted_at")
    last = of_bank.values_list("submitted_at", flat=True)[MOST_SCRIPTS - 1 : MOST_SCRIPTS]
    begin = max([since, *[moment for moment in last if moment is not None]])
    return asked.filter(attempt_id__in=scripts.filter(submitted_at__gte=begin).values("pk")), begin


def _narrowed(answers_after: Callable[[datetime], QuerySet[Any]], *, since: datetime, now: datetime) -> datetime:
    """Return since when at most MOST_ANSWERS were given: the beginning of the time, or the earliest moment found that
    holds no more. Where those are few, since more were given at nearly one time, they come with them.

    Each statement counts MOST_ANSWERS at most.
    """

    def counted(moment: datetime) -> int:
        return answers_after(moment).order_by().values("pk")[: MOST_ANSWERS + 1].count()

    if counted(since) <= MOST_ANSWERS:
        return since
    too_early, late_enough, found = since, now, 0
    for _round in range(NARROWED - 1):
        middle = too_early + (late_enough - too_early) / 2
        if (count := counted(middle)) > MOST_ANSWERS:
            too_early = middle
        else:
            late_enough, found = middle, count
            if found * 2 > MOST_ANSWERS:
                break
    return late_enough if found * 10 >= MOST_ANSWERS else too_early


def _count(counts: dict[int, tuple[int, int]], user_id: int, wrong: int, n: int) -> None:
    known_wrong, known_n = counts.get(user_id, (0, 0))
    counts[user_id] = (known_wrong + wrong, known_n + n)


def _questions(by_question: dict[int, dict[int, tuple[int, int]]]) -> dict[int | None, list[WeakQuestion]]:
    """Return the questions that enough learners answered, by topic, those with the fewest right answers first."""
    enough = {pk: counts for pk, counts in by_question.items() if len(counts) >= FEWEST_LEARNERS}
    rows = Question.objects.filter(pk__in=list(enough)).only("public_id", "summary", "topic_id", "type")
    found: dict[int | None, list[WeakQuestion]] = {}
    for question in rows if enough else ():
        counts: Sequence[tuple[int, int]] = list(enough[question.pk].values())
        n = sum(one for _wrong, one in counts)
        right = n - sum(wrong for wrong, _n in counts)
        found.setdefault(question.topic_id, []).append(
            WeakQuestion(question=question, answers=n, learners=len(counts), facility_percent=round(100 * right / n))
        )
    for own in found.values():
        own.sort(key=lambda row: (row.facility_percent, -row.answers, row.question.pk))
    return found


def _path(topic: Topic | None, names: dict[int, Topic]) -> str:
    """Return the names of the topics above, from the top; empty at the top and for questions without a topic."""
    above = [int(part) for part in topic.path.split("/") if part][:-1] if topic else []
    return " › ".join(names[pk].name for pk in above if pk in names)
