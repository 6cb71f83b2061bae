"""Records of practice and of exams in one list, newest first. Of an exam only what is released."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exams.cards import attempt_words
from exams.models import Attempt, Bank, PracticeSession
from exams.queries.attempts import attempt_views

KINDS = ("", "practice", "exam")
STATES = ("", "open", "finished", "passed", "failed")
EXPORTED = 5_000
"""Records that one file holds."""
_PART = 500

Key = tuple[str, int, datetime]


@dataclass(frozen=True, kw_only=True)
class RecordFilter:
    """Which records: kind (KINDS), state (STATES), words of the title, a bank, a mode of practice, first and last day
    of the site's time. A bank or a mode leaves practice only, passed or failed leaves exams only."""

    kind: str = ""
    state: str = ""
    text: str = ""
    bank_id: int | None = None
    mode: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """One line: what it was, when it began, how far it went and what came of it (None where that is not out)."""

    kind: str
    kind_label: str
    title: str
    place: str
    url: str
    started_at: datetime
    ended_at: datetime | None
    answered: int | None
    total: int | None
    score: Any
    maximum: Any
    percent: Any
    state_label: str
    tone: str


def _practice(user_id: int, wanted: RecordFilter) -> QuerySet[PracticeSession]:
    rows = PracticeSession.objects.filter(user_id=user_id)
    if wanted.kind == "exam" or wanted.state in {"passed", "failed"}:
        return rows.none()
    if wanted.state:
        rows = rows.filter(finished_at__isnull=wanted.state == "open")
    if wanted.text:
        rows = rows.filter(title__icontains=wanted.text)
    if wanted.bank_id is not None:
        rows = rows.filter(bank_id=wanted.bank_id)
    if wanted.mode:
        rows = rows.filter(mode=wanted.mode)
    return _within(rows, wanted)


def _exams(user_id: int, wanted: RecordFilter) -> QuerySet[Attempt]:
    rows = Attempt.objects.filter(user_id=user_id).exclude(state=Attempt.State.VOIDED)
    if wanted.kind == "practice" or wanted.bank_id is not None or wanted.mode:
        return rows.none()
    running = Q(state__in=[Attempt.State.OPEN, Attempt.State.PAUSED])
    released = Q(state=Attempt.State.GRADED, released_at__isnull=False)
    if wanted.state == "open":
        rows = rows.filter(running)
    elif wanted.state == "finished":
        rows = rows.exclude(running)
    elif wanted.state == "passed":
        rows = rows.filter(released, passed=True)
    elif wanted.state == "failed":
        rows = rows.filter(released).exclude(passed=True)
    if wanted.text:
        rows = rows.filter(exam__title__icontains=wanted.text)
    return _within(rows, wanted)


def _within(rows: QuerySet[Any], wanted: RecordFilter) -> QuerySet[Any]:
    if wanted.since:
        rows = rows.filter(started_at__date__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(started_at__date__lte=wanted.until)
    return rows


def record_keys(*, user_id: int, wanted: RecordFilter) -> Any:
    """Return (kind, id, when it began) of all records that fit, newest first, to be paged."""

    def keys(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
        named = rows.order_by().annotate(record_kind=Value(kind, CharField()), began_at=F("started_at"))
        return named.values_list("record_kind", "pk", "began_at")

    practice = keys(_practice(user_id, wanted), "practice")
    exams = keys(_exams(user_id, wanted), "exam")
    return practice.union(exams, all=True).order_by("-began_at", "-pk")


def read_records(keys: Sequence[Key], /) -> list[Record]:
    """Return the records behind keys in their order; two statements."""
    sessions = (
        PracticeSession.objects.filter(pk__in=[pk for kind, pk, _at in keys if kind == "practice"])
        .select_related("bank")
        .annotate(total=Length("states"))
        .defer("items", "states")
        .in_bulk()
    )
    attempts = (
        Attempt.objects.filter(pk__in=[pk for kind, pk, _at in keys if kind == "exam"])
        .select_related("exam")
        .defer("paper", "responses", "exam__description", "exam__rules")
        .in_bulk()
    )
    found = []
    for kind, pk, _at in keys:
        if kind == "practice" and pk in sessions:
            found.append(_of_session(sessions[pk]))
        elif kind == "exam" and pk in attempts:
            found.append(_of_attempt(attempts[pk]))
    return found


def _of_session(row: Any) -> Record:
    is_told = row.feedback == "at_once" or row.finished_at is not None
    return Record(
        kind="practice",
        kind_label=str(row.get_mode_display()),
        title=row.title,
        place=row.bank.name if row.bank else "",
        url=reverse("practice:session", args=[row.public_id]),
        started_at=row.started_at,
        ended_at=row.finished_at,
        answered=row.answered_count,
        total=row.total,
        score=row.right_count if is_told else None,
        maximum=row.total,
        percent=round(100 * row.right_count / row.total) if is_told and row.total else None,
        state_label=pgettext("practice", "finished") if row.finished_at else pgettext("practice", "open"),
        tone="success" if row.finished_at else "gold",
    )


def _of_attempt(row: Attempt) -> Record:
    view = attempt_views([row])[0]
    label, tone = attempt_words(view)
    is_running = view.state in {"open", "paused"}
    return Record(
        kind="exam",
        kind_label=_("exam"),
        title=view.exam_title,
        place="",
        url=reverse("exams:room" if is_running else "exams:result", args=[view.public_id]),
        started_at=view.started_at,
        ended_at=view.submitted_at,
        answered=None,
        total=None,
        score=view.score,
        maximum=view.maximum,
        percent=view.percent,
        state_label=str(label),
        tone=tone,
    )


def list_practised_banks(*, user_id: int) -> list[Bank]:
    """Return the banks that the learner's practice names, for the filter; one statement."""
    named = PracticeSession.objects.filter(user_id=user_id, bank__isnull=False).order_by().values("bank_id").distinct()
    return list(Bank.objects.filter(pk__in=named).order_by("name").only("public_id", "name"))


def record_headers() -> list[str]:
    """Return the headers of a file of records, in the reader's language."""
    return [
        _("Kind"),
        pgettext("heading", "Title"),
        _("Bank"),
        pgettext("practice", "Began"),
        pgettext("practice", "Ended"),
        _("Answered"),
        _("Questions"),
        _("Right, or marks"),
        _("Of"),
        _("Per cent"),
        _("State"),
    ]


def record_rows(*, user_id: int, wanted: RecordFilter) -> Iterator[list[Any]]:
    """Yield the cells of the records that fit, newest first, EXPORTED at most; two statements for each 500."""
    keys = list(record_keys(user_id=user_id, wanted=wanted)[:EXPORTED])
    for start in range(0, len(keys), _PART):
        for row in read_records(keys[start : start + _PART]):
            yield [
                row.kind_label,
                row.title,
                row.place,
                row.started_at,
                row.ended_at,
                row.answered,
                row.total,
                row.score,
                row.maximum,
                row.percent,
                row.state_label,
            ]
