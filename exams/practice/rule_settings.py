"""By what questions leave a learner's book, and how sure she wants to be of what comes back: saving it makes all her
rows anew.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.core.errors import InvalidInput
from edu.jobs.services import enqueue
from exams.domain.progress import MasteryKind
from exams.domain.recall import RETENTIONS, list_intervals
from exams.models import PracticePreference, QuestionProgress
from exams.practice.question_progress import rebuild_all

MOST_AT_ONCE = 500
"""Questions met up to which the rows are made anew while the page waits."""
SHOWN_RETENTIONS = (80, 85, 90, 95, 97)
SHOWN_INTERVALS = 5
_FIELDS = ("mastery_kind", "mastery_streak", "mastery_days", "retention")


@dataclass(frozen=True, kw_only=True)
class RuleSaved:
    """What saving a rule came to: whether anything changed, and the public id of the job that makes the rows anew
    (None: done already)."""

    is_changed: bool
    job_public_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class IntervalPreview:
    """After how many days a question comes back at a retention: after it went wrong, then after each right answer."""

    retention: int
    days: tuple[int, ...]
    is_chosen: bool


def save_rule(*, user_id: int, mastery_kind: str, mastery_streak: int, mastery_days: int, retention: int) -> RuleSaved:
    """Keep the learner's rule and make her rows anew by it: at once up to MOST_AT_ONCE questions, else by a job.

    InvalidInput outside of 1 to 5 right answers, 7 to 365 days, 80 to 97 per cent.
    """
    if mastery_kind not in set(MasteryKind) or not 1 <= mastery_streak <= 5 or not 7 <= mastery_days <= 365:
        raise InvalidInput(_("Choose one of the offered values."), field="mastery_kind")
    if retention not in RETENTIONS:
        raise InvalidInput(_("Choose one of the offered values."), field="retention")
    values: dict[str, Any] = dict(zip(_FIELDS, (mastery_kind, mastery_streak, mastery_days, retention), strict=True))
    with transaction.atomic():
        row, is_new = PracticePreference.objects.select_for_update().get_or_create(user_id=user_id, defaults=values)
        before = (
            dict(zip(_FIELDS, _DEFAULTS, strict=True)) if is_new else {name: getattr(row, name) for name in _FIELDS}
        )
        if before == values:
            return RuleSaved(is_changed=False)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(_FIELDS))
        count = QuestionProgress.objects.filter(user_id=user_id).count()
        if count > MOST_AT_ONCE:
            job = enqueue(
                kind="exams.practice_rebuild",
                arguments={"user_id": user_id},
                owner_id=user_id,
                title=_("Wrong-answer book by the new rule"),
            )
            return RuleSaved(is_changed=True, job_public_id=str(job.public_id))
    rebuild_all(user_id=user_id)
    return RuleSaved(is_changed=True)


_DEFAULTS = tuple(PracticePreference._meta.get_field(name).default for name in _FIELDS)


def rebuild_by_job(context: Any, *, user_id: int) -> dict[str, Any]:
    """Make all rows of a learner anew by the rule that holds now; harmless when it is run again."""

    def say(done: int, total: int) -> None:
        context.progress(round(100 * done / max(1, total)), f"{done} / {total}")

    count = rebuild_all(user_id=user_id, say=say)
    return {"count": count, "url": reverse("practice:wrong_answers")}


def preview_intervals(*, retention: int) -> list[IntervalPreview]:
    """Return the intervals at some retentions, the chosen one among them."""
    return [
        IntervalPreview(
            retention=one,
            days=list_intervals(retention=one, count=SHOWN_INTERVALS),
            is_chosen=one == retention,
        )
        for one in sorted({*SHOWN_RETENTIONS, retention})
    ]
