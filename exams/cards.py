"""What each state of an exam says to the learner: its words, its colour, its button. For the pages of this app."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from exams.domain.timing import ExamStatus
from exams.presentation import number_text
from exams.queries import AttemptView, ExamView
from exams.templatetags.exam_text import duration, moment

TONES = {
    ExamStatus.NOT_OPEN: ("info", "clock"),
    ExamStatus.OPEN: ("gold", "edit"),
    ExamStatus.CONTINUE: ("warning", "play"),
    ExamStatus.AWAITING_MARKING: ("info", "clock"),
    ExamStatus.PASSED: ("success", "check-circle"),
    ExamStatus.FAILED_RETRY: ("warning", "refresh"),
    ExamStatus.FAILED: ("danger", "x-circle"),
    ExamStatus.MISSED: ("danger", "calendar"),
    ExamStatus.CLOSED: ("", "lock"),
}


@dataclass(frozen=True, kw_only=True)
class ExamCard:
    """An exam with the words of its state; the fields are those of components/exam_card.html."""

    view: ExamView
    status: str
    title: str
    url: str
    state_label: str
    state_tone: str
    state_icon: str
    window_label: str
    duration_label: str
    pass_label: str
    attempts_label: str
    note: str
    action_label: str
    action_url: str
    action_primary: bool
    opens_at_iso: str
    now_iso: str


def exam_card(view: ExamView, *, now: datetime) -> ExamCard:
    """Return the words for an exam as it stands for the learner now."""
    detail = reverse("exams:detail", args=[view.public_id])
    status = view.status
    is_locked = not view.has_access and status in {ExamStatus.NOT_OPEN, ExamStatus.OPEN, ExamStatus.MISSED}
    label, note, action = _words(view)
    url = detail
    if status == ExamStatus.CONTINUE and view.running:
        url = reverse("exams:room", args=[view.running.public_id])
    elif status in {ExamStatus.PASSED, ExamStatus.FAILED, ExamStatus.AWAITING_MARKING} and view.attempts:
        url = reverse("exams:result", args=[_counting(view).public_id])
    tone, icon = TONES[status]
    if is_locked:
        label, note, action = _("No access yet"), _("You need access to sit this exam."), _("How to get access")
        tone, icon = "", "lock"
    return ExamCard(
        view=view,
        status="locked" if is_locked else str(status),
        title=view.title,
        url=detail,
        state_label=label,
        state_tone=tone,
        state_icon=icon,
        window_label=_("%(opens)s to %(closes)s") % {"opens": moment(view.opens_at), "closes": moment(view.closes_at)},
        duration_label=duration(view.duration_seconds),
        pass_label=_("Pass mark %(percent)s%%") % {"percent": number_text(view.pass_percent)},
        attempts_label=ngettext("%(n)d attempt", "%(n)d attempts", view.attempts_allowed)
        % {"n": view.attempts_allowed},
        note=note,
        action_label=action,
        action_url=url if action else "",
        action_primary=status in {ExamStatus.OPEN, ExamStatus.CONTINUE, ExamStatus.FAILED_RETRY},
        opens_at_iso=view.opens_at.isoformat() if status == ExamStatus.NOT_OPEN and not is_locked else "",
        now_iso=now.isoformat(),
    )


def _counting(view: ExamView) -> AttemptView:
    """Return the attempt a learner wants to see: a passed one, else the last."""
    return next((attempt for attempt in reversed(view.attempts) if attempt.passed), view.attempts[-1])


def _words(view: ExamView) -> tuple[str, str, str]:
    """Return label, sentence and button of a state."""
    left = view.attempts_left or 0
    score = _score_words(_counting(view)) if view.attempts else ""
    retry = ngettext("You have %(n)d attempt left.", "You have %(n)d attempts left.", left) % {"n": left}
    words: dict[ExamStatus, tuple[str | Promise, ...]] = {
        ExamStatus.NOT_OPEN: (
            gettext_lazy("Not open yet"),
            gettext_lazy("The start button appears when the exam opens."),
            gettext_lazy("Read the rules"),
        ),
        ExamStatus.OPEN: (
            gettext_lazy("Ready to start"),
            gettext_lazy("You can start now."),
            gettext_lazy("To the exam"),
        ),
        ExamStatus.CONTINUE: (
            gettext_lazy("In progress"),
            gettext_lazy("Your answers are saved. The clock is running."),
            gettext_lazy("Continue"),
        ),
        ExamStatus.AWAITING_MARKING: (
            gettext_lazy("Awaiting the result"),
            gettext_lazy("You have handed it in. You are told when the result is out."),
            gettext_lazy("See what was handed in"),
        ),
        ExamStatus.PASSED: (gettext_lazy("Passed"), score, gettext_lazy("See the result")),
        ExamStatus.FAILED_RETRY: (
            gettext_lazy("Not passed"),
            f"{score} {retry}".strip(),
            pgettext_lazy("exam", "Try again"),
        ),
        ExamStatus.FAILED: (
            gettext_lazy("Not passed"),
            format_lazy("{} {}", score, gettext_lazy("There are no attempts left.")),
            gettext_lazy("See the result"),
        ),
        ExamStatus.MISSED: (
            gettext_lazy("Missed"),
            gettext_lazy("The exam is over, and you did not start it."),
            gettext_lazy("Details"),
        ),
        ExamStatus.CLOSED: (
            gettext_lazy("Closed"),
            gettext_lazy("This exam cannot be started any more."),
            gettext_lazy("Details"),
        ),
    }
    label, sentence, button = (str(part).strip() for part in words[view.status])
    return label, sentence, button


def _score_words(attempt: AttemptView) -> str:
    if attempt.score is None:
        return ""
    return _("%(score)s of %(maximum)s marks.") % {
        "score": number_text(attempt.score),
        "maximum": number_text(attempt.maximum),
    }


def attempt_words(attempt: AttemptView) -> tuple[str, str]:
    """Return label and tone of an attempt in the records."""
    if attempt.state in {"open", "paused"}:
        return _("In progress"), "warning"
    if not attempt.is_released:
        return (_("Awaiting the result"), "info")
    return (_("Passed"), "success") if attempt.passed else (_("Not passed"), "danger")
