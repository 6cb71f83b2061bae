"""How the questions of an exam performed, by version, over every attempt in which the version was asked.

A random paper asks each question of few candidates of one exam; the other exams of the same author or organisation that
drew the version say as much about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from exams.domain.errors import TooFewAttempts
from exams.domain.statistics import MINIMUM_N, ItemStatistics, item_statistics
from exams.models import Attempt, Exam, ItemResult, Question
from exams.view_models import TYPE_LABELS

EASY_FROM, HARD_BELOW = 0.95, 0.2
"""Facility from which a question tells nobody apart, and below which it is worth a look."""
NOTES = ("suspect", "hard", "easy", "")


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """One question version of an exam with its statistics; None below the number of attempts that says anything.

    `n` counts the attempts in which it was asked and marked, `n_here` those of this exam.
    """

    question_id: int
    version_id: int
    summary: str
    type: str
    n: int
    n_here: int
    figures: ItemStatistics | None

    @property
    def type_label(self) -> str:
        """Return the type in the reader's language."""
        return str(TYPE_LABELS.get(self.type, self.type))

    @property
    def missing(self) -> int:
        """Return how many attempts more are needed before figures mean anything."""
        return max(0, MINIMUM_N - self.n)

    @property
    def facility_percents(self) -> tuple[int, int, int]:
        """Return facility and its 95 % interval in whole per cent: mean, low, high."""
        assert self.figures is not None
        interval = self.figures.facility_interval
        return round(self.figures.facility * 100), round(interval.low * 100), round(interval.high * 100)

    @property
    def note(self) -> str:
        """Return what to look at: suspect (the key), hard, easy, or nothing."""
        if self.figures is None:
            return ""
        if self.figures.is_key_suspect:
            return "suspect"
        if self.figures.facility < HARD_BELOW:
            return "hard"
        return "easy" if self.figures.facility >= EASY_FROM else ""


def item_rows(*, exam: Exam) -> list[ItemRow]:
    """Return the questions that were asked in an exam, what needs a look first: three statements."""
    related = Exam.objects.filter(owner_id=exam.owner_id, organization_id=exam.organization_id)
    if exam.owner_id is None and exam.organization_id is None:
        related = related.filter(pk=exam.pk)
    marked = _marked(related)
    asked = ItemResult.objects.filter(exam_id=exam.pk, mark__isnull=False).values("version_id")
    by_version: dict[int, list[dict[str, Any]]] = {}
    for row in marked.filter(version_id__in=asked).values(
        "attempt_id", "exam_id", "question_id", "version_id", "mark", "maximum"
    ):
        by_version.setdefault(row["version_id"], []).append(row)
    sums = {
        attempt_id: (mark, maximum)
        for attempt_id, mark, maximum in marked.values_list("attempt_id")
        .annotate(mark_sum=Sum("mark"), maximum_sum=Sum("maximum"))
        .values_list("attempt_id", "mark_sum", "maximum_sum")
    }
    questions = Question.objects.only("summary", "type").in_bulk(
        {rows[0]["question_id"] for rows in by_version.values()}
    )
    table = []
    for version_id, rows in by_version.items():
        here = sum(row["exam_id"] == exam.pk for row in rows)
        if not here:
            continue
        question = questions.get(rows[0]["question_id"])
        table.append(
            ItemRow(
                question_id=rows[0]["question_id"],
                version_id=version_id,
                summary=question.summary if question else "",
                type=question.type if question else "",
                n=len(rows),
                n_here=here,
                figures=_figures(rows, sums),
            )
        )
    return sorted(table, key=_place)


def _marked(exams: QuerySet[Exam]) -> QuerySet[ItemResult]:
    """Return the marked answers of attempts that were handed in and count."""
    ended = Attempt.objects.filter(
        exam__in=exams.values("pk"),
        state__in=[Attempt.State.GRADED, Attempt.State.NEEDS_MARKING],
    )
    return ItemResult.objects.filter(
        exam_id__in=exams.values("pk"), attempt_id__in=ended.values("pk"), mark__isnull=False, maximum__gt=0
    )


def _place(row: ItemRow) -> tuple[bool, int, float, int]:
    """Order rows: figures before none, what needs a look first, then the hardest, then the most asked."""
    facility = row.figures.facility if row.figures else 0.0
    return (row.figures is None, NOTES.index(row.note), facility, -row.n)


def _figures(rows: Sequence[dict[str, Any]], sums: dict[int, tuple[Decimal, Decimal]]) -> ItemStatistics | None:
    """Return the statistics of a version: marks as shares of the maximum, against the share earned on the rest of each
    attempt, since papers and marks differ from exam to exam.
    """
    shares, totals = [], []
    for row in rows:
        mark_sum, maximum_sum = sums[row["attempt_id"]]
        share = float(row["mark"] / row["maximum"])
        rest = maximum_sum - row["maximum"]
        shares.append(share)
        totals.append(share + (float((mark_sum - row["mark"]) / rest) if rest > 0 else 0.0))
    try:
        return item_statistics(marks=shares, totals=totals, maximum=1)
    except TooFewAttempts:
        return None
