"""Computing the statistics of an exam and keeping them as a snapshot, which the pages read."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from math import sqrt
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Q, StdDev
from django.db.models.functions import Cast

from edu.core.clock import now_utc
from exams.delivery.decided import Decision, find_decision
from exams.domain.errors import TooFewAttempts
from exams.domain.exam_statistics import (
    DRIFT_FROM,
    GROUP_MINIMUM,
    Change,
    alert_of,
    alpha_of_variances,
    choices_by_fifths,
    compare_means,
    share_interval,
    spread,
)
from exams.domain.opaque_ids import in_words
from exams.domain.registry import get_type
from exams.domain.statistics import (
    MINIMUM_N,
    distractor_table,
    item_statistics,
    miskey_suspects,
    standard_error_of_measurement,
    variance,
)
from exams.domain.text import one_line
from exams.domain.view_times import view_times
from exams.figures.collect import Answers, Sitting, chosen_options, collect_answers, collect_sitting, rest_shares
from exams.figures.population import counted_attempts, departments_of, people_of
from exams.models import Attempt, Exam, ExamFigures, ItemResult, QuestionVersion, Topic

Say = Callable[[int, str], None]
BINS = 10
MAXIMUM_SITTINGS = 12
MAXIMUM_GIVEN = 12


def compute_snapshot(*, snapshot_id: int, say: Say) -> dict[str, Any]:
    """Compute a snapshot anew from the results as they stand; idempotent. Statements do not grow with attempts."""
    snapshot = ExamFigures.objects.select_related("exam").get(pk=snapshot_id)
    exam = snapshot.exam
    people = people_of(snapshot.organization_id)
    sitting = collect_sitting(exam_id=exam.pk, people=people, counts_all=snapshot.counts_all)
    say(10, "")
    answers = collect_answers(exam_id=exam.pk, sitting=sitting)
    say(50, "")
    sittings = _earlier_sittings(exam, snapshot, people)
    items = _items(exam, sitting, answers, _earlier_items([row["id"] for row in sittings], answers), say)
    unmarked = Attempt.objects.filter(exam=exam, state=Attempt.State.NEEDS_MARKING)
    waiting = (unmarked if people is None else unmarked.filter(user_id__in=people)).count()
    figures = {
        "n": len(sitting),
        "waiting": waiting,
        "exam": _whole(exam, sitting, answers) if len(sitting) else None,
        "departments": _departments(sitting, departments_of(snapshot.organization_id or exam.organization_id)),
        "topics": _topics(answers),
        "sittings": _compared(sitting, sittings),
        "items": items,
    }
    ExamFigures.objects.filter(pk=snapshot.pk).update(
        figures=figures, attempts=len(sitting), newest_at=sitting.newest_at, computed_at=now_utc()
    )
    return {"attempts": len(sitting)}


def _bins(values: Sequence[float], *, high: float) -> list[int]:
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, max(0, int(value * BINS / high + 1e-9)))] += 1
    return counts


def _whole(exam: Exam, sitting: Sitting, answers: Mapping[int, Answers]) -> dict[str, Any]:
    """Return the figures of the exam as a whole; intervals, reliability and error need MINIMUM_N attempts."""
    n = len(sitting)
    passes = sum(sitting.passed)
    scores = spread(sitting.scores)
    whole: dict[str, Any] = {
        "percents": asdict(spread(sitting.percents)),
        "scores": asdict(scores),
        "out_of": max(sitting.maxima),
        "histogram": _bins(sitting.percents, high=100),
        "passes": passes,
        "pass_rate": passes / n,
        "pass_interval": asdict(share_interval(hits=passes, n=n)) if n >= MINIMUM_N else None,
        "seconds": asdict(spread(sitting.seconds)),
        "views": _views(sitting, answers),
        "time_histogram": _bins(sitting.seconds, high=max(1, exam.duration_seconds)),
        "alpha": None,
        "error": None,
        "is_same_for_all": bool(answers) and all(len(one.at) == n for one in answers.values()),
    }
    if n >= MINIMUM_N and whole["is_same_for_all"]:
        alpha = alpha_of_variances(
            items=[variance(one.marks) for one in answers.values()], total=variance(sitting.scores)
        )
        if alpha is not None:
            whole["alpha"] = alpha
            whole["error"] = standard_error_of_measurement(sd=scores.sd, alpha=alpha)
    return whole


def _views(sitting: Sitting, answers: Mapping[int, Answers]) -> dict[str, Any] | None:
    """Return how long questions were in view, all together; None where too few attempts recorded it."""
    recorded = sum(one is not None for one in sitting.views)
    if recorded < MINIMUM_N:
        return None
    seconds = [value for one in answers.values() for value in one.seconds]
    figures = view_times(seconds=seconds, shares=[share for one in answers.values() for share in _shares(one)])
    return {**figures, "attempts": recorded} if figures else None


def _departments(sitting: Sitting, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return figures by department; none for departments of fewer than GROUP_MINIMUM people."""
    if not names:
        return []
    groups: dict[str, list[int]] = {}
    for place, user_id in enumerate(sitting.users):
        groups.setdefault(names.get(user_id, ""), []).append(place)
    rows = []
    for name, places in sorted(groups.items()):
        row: dict[str, Any] = {"name": name, "n": len(places)}
        if len(places) >= GROUP_MINIMUM:
            one = spread([sitting.percents[place] for place in places])
            passes = sum(sitting.passed[place] for place in places)
            row |= {"mean": one.mean, "median": one.median, "sd": one.sd, "pass_rate": passes / len(places)}
            row["pass_interval"] = asdict(share_interval(hits=passes, n=len(places)))
        rows.append(row)
    return rows


def _topics(answers: Mapping[int, Answers]) -> list[dict[str, Any]]:
    """Return by topic how many questions were asked, how many answers were marked, and the share of marks earned."""
    groups: dict[int | None, list[Answers]] = {}
    for one in answers.values():
        groups.setdefault(one.topic_id, []).append(one)
    names = dict(Topic.objects.filter(pk__in=[pk for pk in groups if pk]).values_list("pk", "name"))
    rows = []
    for topic_id, group in groups.items():
        n = sum(len(one.at) for one in group)
        possible = sum(sum(one.maxima) for one in group)
        share = sum(sum(one.marks) for one in group) / possible if possible else None
        rows.append(
            {
                "name": names.get(topic_id, "") if topic_id else "",
                "questions": len(group),
                "n": n,
                "share": share if n >= MINIMUM_N else None,
            }
        )
    return sorted(rows, key=lambda row: (row["share"] is None, row["share"] or 0.0))


# -- earlier sittings --------------------------------------------------------------------------------
def _earlier_sittings(exam: Exam, snapshot: ExamFigures, people: set[int] | None) -> list[dict[str, Any]]:
    """Return the sittings of the same paper of the same owner that opened before, the newest first: two statements."""
    others = Exam.objects.filter(
        paper_id=exam.paper_id,
        owner_id=exam.owner_id,
        organization_id=exam.organization_id,
        opens_at__lt=exam.opens_at,
    ).exclude(pk=exam.pk)
    rows = list(others.order_by("-opens_at").values("id", "public_id", "title", "opens_at")[:MAXIMUM_SITTINGS])
    if not rows:
        return []
    counted = counted_attempts(exam_ids=[row["id"] for row in rows], counts_all=snapshot.counts_all)
    if people is not None:
        counted = counted.filter(user_id__in=people)
    percent = Cast("percent", FloatField())
    found = {
        row["exam_id"]: row
        for row in counted.order_by()
        .values("exam_id")
        .annotate(
            n=Count("pk"),
            mean=Avg(percent),
            sd=StdDev(percent, sample=True),
            passes=Count("pk", filter=Q(passed=True)),
        )
    }
    return [
        {
            "id": row["id"],
            "public_id": str(row["public_id"]),
            "title": row["title"],
            "opens_at": row["opens_at"].isoformat(),
            "n": found[row["id"]]["n"],
            "mean": found[row["id"]]["mean"],
            "sd": found[row["id"]]["sd"] or 0.0,
            "passes": found[row["id"]]["passes"],
        }
        for row in rows
        if row["id"] in found
    ]


def _compared(sitting: Sitting, sittings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return earlier sittings with how this one differs from each; a mean moves when it does so by 3 per cent."""
    if not len(sitting):
        return []
    here = spread(sitting.percents)
    rows = []
    for row in sittings:
        change = compare_means(
            mean=here.mean,
            sd=here.sd,
            n=here.n,
            earlier_mean=row["mean"],
            earlier_sd=row["sd"],
            earlier_n=row["n"],
            least=3.0,
        )
        rows.append({**row, "change": _plain(change)})
    return rows


def _plain(change: Change | None) -> dict[str, Any] | None:
    return None if change is None else asdict(change)


def _earlier_items(exam_ids: Sequence[int], answers: Mapping[int, Answers]) -> dict[int, list[dict[str, Any]]]:
    """Return how the questions went in those exams, by question and version. One statement."""
    if not exam_ids or not answers:
        return {}
    share = Cast("mark", FloatField()) / Cast("maximum", FloatField())
    counted = counted_attempts(exam_ids=exam_ids).values("pk")
    rows = (
        ItemResult.objects.filter(
            exam_id__in=exam_ids,
            question_id__in={one.question_id for one in answers.values()},
            mark__isnull=False,
            maximum__gt=0,
            attempt_id__in=counted,
        )
        .values("question_id", "version_id")
        .annotate(n=Count("pk"), mean=Avg(share), square=Avg(share * share, output_field=FloatField()))
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["question_id"], []).append(row)
    return found


# -- questions ---------------------------------------------------------------------------------------
def _items(
    exam: Exam, sitting: Sitting, answers: Mapping[int, Answers], earlier: Mapping[int, list[dict[str, Any]]], say: Say
) -> list[dict[str, Any]]:
    """Return the figures of each version, what needs a look first."""
    wanted = set(answers) | {row["version_id"] for rows in earlier.values() for row in rows}
    versions = QuestionVersion.objects.filter(pk__in=wanted).annotate(
        question_public_id=F("question__public_id"), summary=F("question__summary")
    )
    by_id = {version.pk: version for version in versions}
    rows = []
    for number, (version_id, one) in enumerate(answers.items()):
        if version_id in by_id:
            rows.append(_item(exam, by_id[version_id], one, sitting, earlier.get(one.question_id, ()), by_id))
        if number % 10 == 0:
            say(50 + round(45 * number / len(answers)), "")
    order = {"wrong_key": 0, "too_hard": 2, "too_easy": 3, "": 4}
    return sorted(rows, key=lambda row: (1 if row["drifts"] else order[row["alert"]], row.get("facility", 2.0)))


def _shares(answers: Answers) -> list[float]:
    """Return the share of the marks that each attempt earned."""
    return [mark / maximum for mark, maximum in zip(answers.marks, answers.maxima, strict=True)]


def _item(
    exam: Exam,
    version: QuestionVersion,
    answers: Answers,
    sitting: Sitting,
    earlier: Sequence[dict[str, Any]],
    versions: Mapping[int, QuestionVersion],
) -> dict[str, Any]:
    """Return the figures of one version, without any below MINIMUM_N answers."""
    row: dict[str, Any] = {
        "question": str(version.question_public_id),
        "number": version.number,
        "summary": version.summary[:200],
        "type": version.type,
        "n": len(answers.at),
        "alert": "",
        "drifts": False,
    }
    shares = _shares(answers)
    row["views"] = view_times(seconds=answers.seconds, shares=shares)
    rest = rest_shares(answers, sitting)
    try:
        figures = item_statistics(
            marks=shares, totals=[share + other for share, other in zip(shares, rest, strict=True)], maximum=1
        )
    except TooFewAttempts:
        return row
    suspects: tuple[str, ...] = ()
    options, right = _options(version, find_decision(exam=exam, version_id=version.pk))
    if options:
        chosen = chosen_options(answers, set(options))
        table = distractor_table(chosen=chosen, rest=rest, options={id_: id_ in right for id_ in options})
        suspects = miskey_suspects(table=table, discrimination=figures.discrimination_index)
        fifths = choices_by_fifths(chosen=chosen, rest=rest, options=list(options))
        row["options"] = [
            {
                "id": one.option_id,
                "label": options[one.option_id],
                "right": one.is_correct,
                "count": one.count,
                "share": one.share,
                "upper": one.upper_count,
                "lower": one.lower_count,
                "mean_rest": one.mean_rest,
                "fifths": fifths[one.option_id],
                "suspect": one.option_id in suspects,
            }
            for one in table
        ]
        row["nothing"] = fifths[""]
    else:
        row["given"] = _given(answers, version)
    interval = figures.discrimination_interval
    row |= {
        "facility": figures.facility,
        "facility_low": figures.facility_interval.low,
        "facility_high": figures.facility_interval.high,
        "sd": figures.sd,
        "discrimination": figures.discrimination_index,
        "discrimination_low": None if interval is None else interval.low,
        "discrimination_high": None if interval is None else interval.high,
        "efficiency": figures.discriminative_efficiency,
        "alert": alert_of(
            facility=figures.facility,
            discrimination_high=None if interval is None else interval.high,
            suspects=suspects,
        ),
    }
    row["earlier"] = [_drift(row, one, versions) for one in earlier]
    row["drifts"] = any(one["change"] and one["change"]["matters"] for one in row["earlier"])
    return row


def _drift(row: Mapping[str, Any], one: Mapping[str, Any], versions: Mapping[int, QuestionVersion]) -> dict[str, Any]:
    """Return how the facility differs from that of a version in earlier sittings."""
    n, mean = int(one["n"]), float(one["mean"])
    sd = sqrt(max(0.0, float(one["square"]) - mean * mean) * n / (n - 1)) if n > 1 else 0.0
    change = compare_means(
        mean=row["facility"],
        sd=row["sd"],
        n=row["n"],
        earlier_mean=mean,
        earlier_sd=sd,
        earlier_n=n,
        least=DRIFT_FROM,
    )
    version = versions.get(one["version_id"])
    return {"number": version.number if version else 0, "n": n, "facility": mean, "change": _plain(change)}


def _options(version: QuestionVersion, decision: Decision | None) -> tuple[dict[str, str], set[str]]:
    """Return the options of a version with their texts, and those that are right by what was decided about it since;
    none for types without."""
    question_type = get_type(version.type)
    listed = question_type.listed_options(question_type.parse_content(version.content))
    if not listed:
        return {}, set()
    right = question_type.right_options(version.key)
    if decision is not None and decision.key is not None:
        corrected = question_type.right_options(decision.key)
        right = right | corrected if decision.policy == "accept_both" else corrected
    return {id_: one_line(text)[:120] for id_, text in listed}, right


def _given(answers: Answers, version: QuestionVersion) -> list[dict[str, Any]]:
    """Return the answers given most to a question without options: part, text, whether it counted, how often."""
    times = Counter(answers.given)
    texts: Counter[tuple[str, str, bool]] = Counter()
    for code, count in times.items():
        for part in answers.different[code] if code < len(answers.different) else ():
            if part.get("given"):
                text = one_line(in_words(str(part["given"]), version.content))[:80]
                texts[str(part.get("id", "")), text, bool(part.get("correct"))] += count
    return [
        {"id": id_, "label": text, "right": right, "count": count}
        for (id_, text, right), count in texts.most_common(MAXIMUM_GIVEN)
    ]
