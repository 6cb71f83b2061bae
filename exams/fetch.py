"""Rows to values of exams.domain: the only such place. Called by the use cases of this app."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, TextField, UUIDField
from django.db.models.functions import Cast

from edu.schema.kept_queries import Given, KeptQuery
from exams.asked import AskedVersion
from exams.domain.assembly import DrawnSlot, FixedQuestion, Pool, Pools, Section
from exams.domain.attempts import AttemptState
from exams.domain.marks import GradingPolicy, Mark, MarkState
from exams.domain.stored_parts import parts_of_stored
from exams.domain.times import fair_seconds
from exams.domain.timing import Accommodation as TimeAccommodation
from exams.domain.timing import AttemptSummary, ExamTerms
from exams.models import Accommodation, Attempt, Exam, ItemResult, QuestionVersion
from exams.reviewed import ReviewedVersion, StoredMark

__all__ = [
    "FrozenSlot",
    "accommodation_of",
    "attempt_summary",
    "frozen_slots",
    "get_asked_versions",
    "get_reviewed_versions",
    "get_versions",
    "mark_from_parts",
    "policy_of",
    "pools_of",
    "seconds_of",
    "section_texts",
    "stored_marks",
    "terms_of",
]


# -- exam -----------------------------------------------------------------------------------------
def terms_of(exam: Exam) -> ExamTerms:
    """Return window, duration, grace and attempts of an exam."""
    return ExamTerms(
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        duration_seconds=exam.duration_seconds,
        grace_seconds=exam.grace_seconds,
        attempts_allowed=exam.attempts_allowed,
        is_withdrawn=exam.status == Exam.Status.ARCHIVED,
    )


def accommodation_of(row: Accommodation | None) -> TimeAccommodation:
    """Return what a learner is granted; extra seconds count as full minutes, in the learner's favour."""
    if row is None:
        return TimeAccommodation()
    return TimeAccommodation(
        extra_percent=row.extra_percent,
        extra_minutes=-(-row.extra_seconds // 60),
        extra_attempts=row.extra_attempts,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
    )


def policy_of(fields: Mapping[str, Any]) -> GradingPolicy:
    """Return the grading policy stored with an exam; unknown fields are passed over."""
    known = {name: fields[name] for name in GradingPolicy.__dataclass_fields__ if name in fields}
    return GradingPolicy(**known)


def attempt_summary(attempt: Attempt) -> AttemptSummary:
    """Return an attempt as the states of an exam see it."""
    return AttemptSummary(
        state=AttemptState(attempt.state),
        deadline_at=attempt.deadline_at,
        passed=attempt.passed if attempt.released_at else None,
        is_released=attempt.released_at is not None,
    )


# -- paper ----------------------------------------------------------------------------------------
def pools_of(structure: Mapping[str, Any]) -> Pools:
    """Return the solved blueprint frozen in a paper version."""
    sections: list[Section] = []
    pools: list[Pool] = []
    for place, entry in enumerate(structure["sections"], start=1):
        id_ = str(entry.get("id") or place)
        fixed = tuple(
            FixedQuestion(int(item["version_id"]), Decimal(str(item["marks"]))) for item in entry.get("items", ())
        )
        sections.append(Section(id_, fixed))
        for number, pool in enumerate(entry.get("pools", ()), start=1):
            pools.append(
                Pool(
                    rule_id=str(pool.get("rule_id") or f"{id_}.{number}"),
                    section_id=id_,
                    count=int(pool["count"]),
                    marks=Decimal(str(pool["marks"])),
                    version_ids=tuple(int(version) for version in pool["version_ids"]),
                    groups=tuple(tuple(int(version) for version in group) for group in pool.get("groups", ())),
                )
            )
    return Pools(tuple(sections), tuple(pools))


def section_texts(structure: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return id, title and instructions of the sections of a paper version."""
    return [
        {
            "id": str(entry.get("id") or place),
            "title": entry.get("title", ""),
            "instructions": entry.get("instructions", ""),
        }
        for place, entry in enumerate(structure["sections"], start=1)
    ]


_OWN: KeptQuery[Attempt] = KeptQuery(
    lambda: Attempt.objects.select_related("exam").filter(
        user_id=Given("user_id", BigIntegerField()), public_id=Given("public_id", UUIDField())
    )[:1]
)


def find_own_attempt(*, user_id: int, public_id: Any) -> Attempt | None:
    """Return an attempt of this person with its exam: one statement. None for unknown ones and for others'."""
    return _OWN.first(user_id=user_id, public_id=public_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenSlot:
    """One question of a drawn paper as it stands in an attempt."""

    slot: int
    section: int
    section_id: str
    version_id: int
    marks: Decimal
    order: Mapping[str, list[str]]


def frozen_slots(paper: Mapping[str, Any]) -> list[FrozenSlot]:
    """Return the slots of an attempt's frozen paper in order."""
    return [
        FrozenSlot(
            slot=int(entry["slot"]),
            section=place,
            section_id=str(section.get("id", place)),
            version_id=int(entry["version_id"]),
            marks=Decimal(str(entry["marks"])),
            order=entry.get("order") or {},
        )
        for place, section in enumerate(paper["sections"])
        for entry in section["slots"]
    ]


def seconds_of(attempt: Attempt, /, *, now: datetime) -> tuple[int, ...] | None:
    """Return how many seconds each slot was in view, as far as that is believed; None where it was not recorded."""
    if not attempt.question_seconds:
        return None
    elapsed = ((attempt.submitted_at or now) - attempt.started_at).total_seconds()
    slots = max((slot.slot for slot in frozen_slots(attempt.paper)), default=0)
    return fair_seconds(attempt.question_seconds, slots=slots, elapsed_seconds=elapsed)


def frozen_entry(slot: int, drawn: DrawnSlot, order: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Return a drawn slot as it is written into an attempt."""
    entry = {"slot": slot, "version_id": drawn.version_id, "marks": str(drawn.marks)}
    return entry | {"order": {group: list(ids) for group, ids in order.items()}} if order else entry


def kept_name(pk: int, content_hash: str, /) -> str:
    """Return under what a process keeps something made of a version; empty where nothing may be kept.

    The hash alone names what a question says, under whatever ids of options; the id alone could be another version's in
    another database.
    """
    return content_hash and f"{pk}:{content_hash}"


def get_versions(ids: Iterable[int]) -> dict[int, QuestionVersion]:
    """Return question versions by id with the topic of their question: one statement."""
    rows = QuestionVersion.objects.filter(pk__in=set(ids)).select_related("question").only(
        "id", "type", "content", "key", "content_hash", "explanation", "source", "question__id", "question__topic_id",
        "question__public_id", "question__summary",
    )  # fmt: skip
    return {row.pk: row for row in rows}


def get_asked_versions(ids: Iterable[int]) -> dict[int, AskedVersion]:
    """Return what is asked of question versions, by id: one statement, no keys, and no JSON is read."""
    rows = QuestionVersion.objects.filter(pk__in=set(ids)).annotate(raw=Cast("content", TextField()))
    return {
        pk: AskedVersion(type=type_, content_hash=kept_name(pk, content_hash), content=raw)
        for pk, type_, content_hash, raw in rows.values_list("pk", "type", "content_hash", "raw")
    }


def get_reviewed_versions(ids: Iterable[int]) -> dict[int, ReviewedVersion]:
    """Return what a review shows of question versions, by id: one statement, and no JSON is read."""
    rows = QuestionVersion.objects.filter(pk__in=set(ids)).annotate(
        raw=Cast("content", TextField()), raw_key=Cast("key", TextField())
    )
    return {
        pk: ReviewedVersion(
            type=type_,
            content_hash=kept_name(pk, content_hash),
            content=raw,
            key=raw_key,
            explanation=explanation,
            source=source,
        )
        for pk, type_, content_hash, raw, raw_key, explanation, source in rows.values_list(
            "pk", "type", "content_hash", "raw", "raw_key", "explanation", "source"
        )
    }


_MARKS: KeptQuery[tuple[Any, ...]] = KeptQuery(
    lambda: (
        ItemResult.objects.filter(attempt_id=Given("attempt_id", BigIntegerField()))
        .annotate(raw=Cast("parts", TextField()))
        .values_list("slot", "state", "fraction", "mark", "raw", "comment")
    )
)


def stored_marks(*, attempt_id: int) -> dict[int, StoredMark]:
    """Return what the slots of an attempt earned: one statement."""
    return {
        slot: StoredMark(state=state, fraction=fraction, mark=mark, parts=raw, comment=comment)
        for slot, state, fraction, mark, raw, comment in _MARKS.rows(attempt_id=attempt_id)
    }


# -- marks ----------------------------------------------------------------------------------------
def mark_from_parts(*, fraction: float | None, state: str, parts: Iterable[Any]) -> Mark:
    """Return the mark behind a stored result."""
    return Mark(fraction, MarkState(state), parts_of_stored(parts))


def moment_text(moment: datetime | None) -> str | None:
    """Return a moment as it goes into JSON."""
    return None if moment is None else moment.isoformat()
