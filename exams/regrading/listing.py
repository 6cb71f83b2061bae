"""What the pages of regrading show: candidates with their marks before and after, figures, plots, exports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from edu.core.plots.lines import LinePlot, Series, line_plot
from exams.domain.regrading import bin_labels
from exams.models import Attempt, Exam, RegradeChange, RegradeSet
from exams.rewards import list_holders

FILTERS: dict[str, Q] = {
    "gain": Q(direction="gain"),
    "loss": Q(direction="loss"),
    "up": Q(crossing="up"),
    "down": Q(crossing="down"),
    "conflict": Q(state=RegradeChange.State.CONFLICT),
    "stale": Q(is_stale=True),
}


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """One candidate of a change set."""

    change: RegradeChange
    name: str
    exam_title: str
    serial: str
    attempt_number: int

    @property
    def outcome(self) -> str:
        """Return what crossing the pass mark means for the candidate; nothing where she does not cross it."""
        return {"up": _("now passes"), "down": _("no longer passes")}.get(self.change.crossing, "")


def list_changes(change_set: RegradeSet, *, wanted: str = "") -> QuerySet[RegradeChange]:
    """Return the changes that a filter (a key of FILTERS, or nothing) lets through; those of an answer whose parts
    alone are written again are not listed."""
    rows = change_set.changes.exclude(Q(direction="", crossing="", is_stale=False, state="applied") & _same_marks())
    return rows.filter(FILTERS[wanted]).order_by("pk") if wanted in FILTERS else rows.order_by("pk")


def _same_marks() -> Q:
    return Q(old_mark=F("new_mark"), old_maximum=F("new_maximum"))


def count_filters(change_set: RegradeSet) -> dict[str, int]:
    """Return how many changes each filter lets through, and all of them under the empty name: one statement."""
    rows = list_changes(change_set).order_by()
    counts = rows.aggregate(
        every=Count("pk"), **{f"n_{name}": Count("pk", filter=condition) for name, condition in FILTERS.items()}
    )
    return {"": counts["every"]} | {name: counts[f"n_{name}"] for name in FILTERS}


def dress(changes: Sequence[RegradeChange]) -> list[ChangeRow]:
    """Return changes with names, exams and the certificates of those who no longer pass: three statements, and one
    for each room that gives something."""
    people = get_user_model().objects.in_bulk({row.user_id for row in changes})
    exams = Exam.objects.only("id", "title", "public_id").in_bulk({row.exam_id for row in changes})
    numbers = dict(Attempt.objects.filter(pk__in=[row.attempt_id for row in changes]).values_list("pk", "number"))
    serials: dict[tuple[int, int], str] = {}
    for exam_id, exam in exams.items():
        users = [row.user_id for row in changes if row.exam_id == exam_id and row.crossing == "down"]
        if users:
            held = list_holders(product_key=exam.product_key, user_ids=users)
            serials |= {(exam_id, user_id): serial for user_id, serial in held.items()}
    return [
        ChangeRow(
            change=row,
            name=people[row.user_id].get_full_name() if row.user_id in people else "–",
            exam_title=exams[row.exam_id].title if row.exam_id in exams else "",
            serial=serials.get((row.exam_id, row.user_id), ""),
            attempt_number=numbers.get(row.attempt_id, 1),
        )
        for row in changes
    ]


def distribution_plot(summary: dict[str, Any]) -> LinePlot | None:
    """Return how per cents are spread before and after; None while nothing was computed."""
    if not summary.get("before"):
        return None
    return line_plot(
        labels=list(bin_labels()),
        series=[
            Series(name=_("before"), values=summary["before"]),
            Series(name=_("after"), values=summary["after"]),
        ],
    )


def export_headers() -> list[str]:
    """Return the headers of the exported table."""
    return [
        _("Name"),
        _("Exam"),
        _("Attempt"),
        _("Mark before"),
        _("Mark after"),
        _("Total before"),
        _("Out of (before)"),
        _("Total after"),
        _("Out of (after)"),
        _("Pass mark"),
        _("State"),
        _("Changed since the preview"),
        _("Certificate"),
    ]


def export_rows(change_set: RegradeSet, *, wanted: str) -> Iterator[list[Any]]:
    """Return the rows of the exported table, 500 at a time."""
    rows, last = list_changes(change_set, wanted=wanted), 0
    while part := list(rows.filter(pk__gt=last)[:500]):
        last = part[-1].pk
        for row in dress(part):
            change = row.change
            yield [
                row.name,
                row.exam_title,
                row.attempt_number,
                change.old_mark,
                change.new_mark,
                change.old_score,
                change.old_maximum,
                change.new_score,
                change.new_maximum,
                row.outcome,
                change.get_state_display(),
                _("Yes") if change.is_stale else "",
                row.serial,
            ]
