"""What waits for a learner beside her courses: exams, wrong answers, the latest result, and what to do next."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.queries import PRACTICE_STARTS, AttemptView, ExamView, count_open_entries, list_exams, practice_today

ORDER = ("continue", "open", "failed_retry", "not_open", "awaiting_marking")
"""States of exams that the home page shows, the most urgent first."""

SHOWN_EXAMS = 4


@dataclass(frozen=True, kw_only=True)
class DueExam:
    """An exam on the home page; `when` says until or from when, `action` is empty where nothing is to be done yet."""

    title: str
    url: str
    status: str
    label: str
    tone: str
    when: str
    action: str


@dataclass(frozen=True, kw_only=True)
class LatestResult:
    """The newest result that the learner may see; `percent` is rounded to a whole number."""

    title: str
    url: str
    percent: int
    passed: bool


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """One thing to do next, with its button: a link, or a form where `is_post`."""

    title: str
    note: str
    url: str
    action: str
    is_post: bool = False


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """All of it; `more_exams` says how many exams are not shown."""

    exams: tuple[DueExam, ...]
    more_exams: int
    wrong_count: int
    result: LatestResult | None
    steps: tuple[NextStep, ...]


def make_agenda(*, user_id: int, now: datetime) -> Agenda:
    """Return what waits for the learner. Statements do not grow with the data."""
    views = list_exams(user_id=user_id, now=now)
    due = sorted(
        (view for view in views if view.status in ORDER and (view.has_access or view.attempts)),
        key=lambda view: (ORDER.index(view.status), view.opens_at if view.status == "not_open" else view.closes_at),
    )
    rows = [_due_exam(view) for view in due]
    wrong_count = count_open_entries(user_id=user_id)
    return Agenda(
        exams=tuple(rows[:SHOWN_EXAMS]),
        more_exams=max(0, len(rows) - SHOWN_EXAMS),
        wrong_count=wrong_count,
        result=_latest_result(views),
        steps=_next_steps(rows, wrong_count=wrong_count, practice=_practice_step(user_id)),
    )


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{formats.date_format(local, 'DATE_FORMAT')} {local:%H:%M}"


def _due_exam(view: ExamView) -> DueExam:
    """Say of an exam what its state means to the learner."""
    until = _("until %(moment)s") % {"moment": _moment(view.closes_at)}
    running = view.running
    url = reverse("exams:detail", args=[view.public_id])
    if view.status == "continue" and running:
        url = reverse("exams:room", args=[running.public_id])
        until = _("until %(moment)s") % {"moment": _moment(running.deadline_at)}
    label, tone, when, action = {
        "continue": (_("In progress"), "warning", until, _("Continue the exam")),
        "open": (_("Open now"), "gold", until, _("To the exam")),
        "failed_retry": (_("Another attempt left"), "warning", until, _("Try again")),
        "not_open": (_("Not open yet"), "info", _("from %(moment)s") % {"moment": _moment(view.opens_at)}, ""),
        "awaiting_marking": (_("Awaiting the result"), "", _("You are told when the result is out."), ""),
    }[str(view.status)]
    return DueExam(title=view.title, url=url, status=str(view.status), label=label, tone=tone, when=when, action=action)


def _latest_result(views: list[ExamView]) -> LatestResult | None:
    """Return the released attempt that was handed in last."""
    seen: list[AttemptView] = [
        attempt
        for view in views
        for attempt in view.attempts
        if attempt.is_released and attempt.submitted_at is not None and attempt.percent is not None
    ]
    if not seen:
        return None
    last = max(seen, key=lambda attempt: (attempt.submitted_at or attempt.started_at, attempt.number))
    return LatestResult(
        title=last.exam_title,
        url=reverse("exams:result", args=[last.public_id]),
        percent=round(last.percent or 0),
        passed=bool(last.passed),
    )


def _practice_step(user_id: int) -> NextStep | None:
    """Return what practice asks for today, None for who has never practised or is done."""
    row = practice_today(user_id=user_id)
    if not row.has_begun or row.act == "rest":
        return None
    notes = []
    if row.goal:
        notes.append(_("Today %(n)d of %(goal)d questions") % {"n": row.answered, "goal": row.goal})
    if row.streak.length:
        days = ngettext("%(n)d day in a row", "%(n)d days in a row", row.streak.length)
        notes.append(days % {"n": row.streak.length})
    note = " · ".join(notes)
    if row.session is not None:
        url = reverse("practice:session", args=[row.session.public_id])
        return NextStep(title=row.session.title, note=note, url=url, action=_("Continue practising"))
    if row.due:
        title = ngettext("%(n)d question ready to be repeated", "%(n)d questions ready to be repeated", row.due)
        title, action = title % {"n": row.due}, _("Repeat them now")
    else:
        title, action = _("Daily practice"), _("Begin")
    return NextStep(title=title, note=note, url=reverse(PRACTICE_STARTS[row.act]), action=action, is_post=True)


def _next_steps(rows: list[DueExam], *, wrong_count: int, practice: NextStep | None) -> tuple[NextStep, ...]:
    """Return what to do beside going on with the course: the most urgent exam, today's practice, the wrong answers."""
    steps = []
    exam = next((row for row in rows if row.action), None)
    if exam is not None:
        steps.append(NextStep(title=exam.title, note=exam.when, url=exam.url, action=exam.action))
    if practice is not None:
        steps.append(practice)
    if wrong_count:
        title = ngettext("%(n)d wrong answer to master", "%(n)d wrong answers to master", wrong_count)
        steps.append(
            NextStep(
                title=title % {"n": wrong_count},
                note=_("Answer each one right twice in a row, and it leaves the book."),
                url=reverse("practice:wrong_answers"),
                action=_("Practise them"),
            )
        )
    return tuple(steps)
