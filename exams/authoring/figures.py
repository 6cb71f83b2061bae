"""How questions perform: figures of each version, rolled up from exams and practice, and the health they speak of.

`roll_up_figures` is periodic; pages read only what it wrote.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, Max, Sum

from exams.domain.errors import TooFewAttempts
from exams.domain.opaque_ids import in_words
from exams.domain.statistics import MINIMUM_N, OptionStatistics, distractor_table, item_statistics, miskey_suspects
from exams.domain.stored_parts import named_parts
from exams.models import (
    Attempt,
    ItemResult,
    PracticeAnswer,
    Question,
    QuestionReport,
    QuestionStatistics,
    QuestionVersion,
)

TOO_EASY_FROM, TOO_HARD_BELOW = 0.95, 0.2
"""Facility from which a question tells nobody apart, and below which it is worth a look."""

BATCH = 100
"""Versions computed at once."""

MAXIMUM_ANSWERS = 12
"""Different answers of a question without options that are listed, the most given first."""

OVERLAP = timedelta(minutes=10)
COUNTING = (Attempt.State.GRADED, Attempt.State.NEEDS_MARKING)


def changed_versions(*, since: datetime | None) -> set[int]:
    """Return the versions answered since then; all that were ever answered without a time."""
    results, answers = ItemResult.objects.all(), PracticeAnswer.objects.all()
    if since is None:
        return set(results.values_list("version_id", flat=True).distinct()) | set(
            answers.values_list("version_id", flat=True).distinct()
        )
    attempts = Attempt.objects.filter(graded_at__gte=since).values("pk")
    found = set(results.filter(attempt_id__in=attempts).values_list("version_id", flat=True))
    # Practice answers are numbered as they come: the newest are read until one is older, without an index on the time.
    for version_id, answered_at in answers.order_by("-pk").values_list("version_id", "answered_at").iterator():
        if answered_at < since:
            break
        found.add(version_id)
    return found


def roll_up_figures(*, now: datetime, everything: bool = False) -> int:
    """Compute the figures of all versions answered since the last run anew, and the health of their questions.

    Returns how many versions were computed; six statements for each 100 of them. Idempotent.
    """
    last = None if everything else QuestionStatistics.objects.aggregate(last=Max("computed_at"))["last"]
    ids = sorted(changed_versions(since=last - OVERLAP if last else None))
    for start in range(0, len(ids), BATCH):
        versions = QuestionVersion.objects.in_bulk(ids[start : start + BATCH])
        rows = _compute(versions, now)
        with transaction.atomic():
            QuestionStatistics.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["version"],
                update_fields=[
                    *("exam_count", "practice_count", "facility", "facility_low", "facility_high"),
                    *("practice_facility", "discrimination", "discrimination_low", "discrimination_high"),
                    *("parts", "health", "computed_at"),
                ],
            )
            refresh_health(question_ids={row.question_id for row in rows})
    return len(ids)


def refresh_practice_figures(*, version_id: int) -> None:
    """Write the figures of practice of one version anew, where there are figures: its answers are judged otherwise now,
    which the next roll-up would not see. Three statements; when the whole was computed stays."""
    answers = PracticeAnswer.objects.filter(
        question_id=QuestionVersion.objects.only("question_id").get(pk=version_id).question_id,
        version_id=version_id,
        fraction__isnull=False,
    )
    found = answers.aggregate(n=Count("pk"), mean=Avg("fraction"))
    QuestionStatistics.objects.filter(version_id=version_id).update(
        practice_count=found["n"], practice_facility=found["mean"] if found["n"] >= MINIMUM_N else None
    )


def _compute(versions: Mapping[int, QuestionVersion], now: datetime) -> list[QuestionStatistics]:
    question_ids = {version.question_id for version in versions.values()}
    marked = ItemResult.objects.filter(
        question_id__in=question_ids, version_id__in=versions, mark__isnull=False, maximum__gt=0
    ).filter(attempt_id__in=Attempt.objects.filter(state__in=COUNTING).values("pk"))
    by_version: dict[int, list[dict[str, Any]]] = {}
    for row in marked.values("attempt_id", "version_id", "mark", "maximum", "parts"):
        by_version.setdefault(row["version_id"], []).append(row | {"parts": named_parts(row["parts"])})
    attempt_ids = {row["attempt_id"] for rows in by_version.values() for row in rows}
    sums: dict[int, tuple[float, float]] = {}
    for part in _parts_of(sorted(attempt_ids), 5000):
        for attempt_id, mark, maximum in (
            ItemResult.objects.filter(attempt_id__in=part, mark__isnull=False)
            .values("attempt_id")
            .annotate(mark_sum=Sum("mark"), maximum_sum=Sum("maximum"))
            .values_list("attempt_id", "mark_sum", "maximum_sum")
        ):
            sums[attempt_id] = (float(mark), float(maximum))
    practice = {
        row["version_id"]: row
        for row in PracticeAnswer.objects.filter(
            question_id__in=question_ids, version_id__in=versions, fraction__isnull=False
        )
        .values("version_id")
        .annotate(n=Count("pk"), mean=Avg("fraction"))
    }
    return [
        _figures(version, by_version.get(pk, []), sums, practice.get(pk, {"n": 0, "mean": None}), now)
        for pk, version in versions.items()
    ]


def _parts_of(ids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _figures(
    version: QuestionVersion,
    rows: Sequence[Mapping[str, Any]],
    sums: Mapping[int, tuple[float, float]],
    practice: Mapping[str, Any],
    now: datetime,
) -> QuestionStatistics:
    """Return the figures of a version: marks as shares of the maximum, against the share earned on the rest of each
    attempt, since papers and marks differ from exam to exam."""
    row = QuestionStatistics(
        version=version,
        question_id=version.question_id,
        exam_count=len(rows),
        practice_count=practice["n"],
        practice_facility=practice["mean"] if practice["n"] >= MINIMUM_N else None,
        computed_at=now,
    )
    shares, rest = [], []
    for result in rows:
        mark_sum, maximum_sum = sums[result["attempt_id"]]
        mark, maximum = float(result["mark"]), float(result["maximum"])
        shares.append(mark / maximum)
        rest.append((mark_sum - mark) / (maximum_sum - maximum) if maximum_sum > maximum else 0.0)
    try:
        figures = item_statistics(
            marks=shares, totals=[share + other for share, other in zip(shares, rest, strict=True)], maximum=1
        )
    except TooFewAttempts:
        return row
    row.facility = figures.facility
    row.facility_low, row.facility_high = figures.facility_interval.low, figures.facility_interval.high
    row.discrimination = figures.discrimination_index
    if figures.discrimination_interval is not None:
        row.discrimination_low = figures.discrimination_interval.low
        row.discrimination_high = figures.discrimination_interval.high
    table, row.parts = _answers_given(version, rows, rest)
    suspects = miskey_suspects(table=table, discrimination=figures.discrimination_index)
    # A negative correlation that may be chance is no finding: the whole interval has to lie below zero.
    is_surely_negative = row.discrimination_high is not None and row.discrimination_high < 0
    if suspects or is_surely_negative:
        row.health = Question.Health.WRONG_KEY
    elif figures.facility >= TOO_EASY_FROM:
        row.health = Question.Health.TOO_EASY
    elif figures.facility < TOO_HARD_BELOW:
        row.health = Question.Health.TOO_HARD
    return row


def _answers_given(
    version: QuestionVersion, rows: Sequence[Mapping[str, Any]], rest: Sequence[float]
) -> tuple[tuple[OptionStatistics, ...], list[dict[str, Any]]]:
    """Return the table of options (empty for a question without), and what is kept of how often each was given."""
    options = version.content.get("options")
    labels = {str(option["id"]): str(option.get("text", "")) for option in options} if options else {}
    if not labels:
        given = Counter(
            (
                str(part.get("id", "")),
                in_words(str(part.get("given", "")), version.content)[:80],
                bool(part.get("correct")),
            )
            for row in rows
            for part in row["parts"]
            if part.get("given")
        )
        return (), [
            {"id": id_, "label": text, "correct": correct, "count": count}
            for (id_, text, correct), count in given.most_common(MAXIMUM_ANSWERS)
        ]
    right = dict.fromkeys(labels, False)
    chosen = []
    for row in rows:
        parts = [part for part in row["parts"] if str(part.get("id")) in labels]
        chosen.append(frozenset(str(part["id"]) for part in parts if part.get("given")))
        for part in parts:
            right[str(part["id"])] = bool(part.get("given")) == bool(part.get("correct"))
    key = version.key.get("fractions")
    if isinstance(key, dict):
        # Of a single choice only what was chosen leaves a part: a right option that nobody chose is known by the key.
        right |= {id_: float(key.get(id_, 0)) > 0 for id_ in labels}
    table = distractor_table(chosen=chosen, rest=rest, options=right)
    return table, [{**asdict(one), "id": one.option_id, "label": labels[one.option_id]} for one in table]


GRAVITY = (Question.Health.WRONG_KEY, Question.Health.REPORTED, Question.Health.TOO_HARD, Question.Health.TOO_EASY)


def refresh_health(*, question_ids: Iterable[int]) -> None:
    """Write the gravest finding against each question: of its present version's figures, or an open report.

    The caller holds the transaction.
    """
    ids = list(question_ids)
    found: dict[int, set[str]] = {pk: set() for pk in ids}
    for pk, health in Question.objects.filter(pk__in=ids, current_version__statistics__isnull=False).values_list(
        "pk", "current_version__statistics__health"
    ):
        found[pk].add(health)
    for pk in QuestionReport.objects.filter(question_id__in=ids, state=QuestionReport.State.OPEN).values_list(
        "question_id", flat=True
    ):
        found[pk].add(Question.Health.REPORTED)
    by_health: dict[str, list[int]] = {}
    for pk, findings in found.items():
        by_health.setdefault(next((str(one) for one in GRAVITY if one in findings), ""), []).append(pk)
    for health, part in by_health.items():
        Question.objects.filter(pk__in=part).exclude(health=health).update(health=health)
