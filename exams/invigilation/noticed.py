"""Lines of an attempt's timeline that come from its room: what was noticed, and what invigilators did.

Registered with exams.marking.timeline at start. Whoever may read an attempt's record manages its exam, and so may see
signals too; what the candidate herself is shown is decided in exams.marking.own_timeline.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.marking.timeline import REOPENED_ENTRY, TimelineLine, register_lines
from exams.models import ActOnAttempt, Attempt, AttemptSignal, InvigilatorAct
from exams.templatetags.exam_text import duration

SIGNAL, MESSAGE, ROOM_ACT = "signal", "message", "room_act"
"""Kinds of the lines."""
Kind = InvigilatorAct.Kind


@register_lines
def signal_lines(attempt: Attempt) -> Iterable[TimelineLine]:
    """Return what was noticed during an attempt, each at the moment it began: one statement."""
    for signal in AttemptSignal.objects.filter(attempt=attempt).order_by("happened_at", "id"):
        details = [duration(signal.duration_seconds)] if signal.duration_seconds else []
        if signal.length:
            words = ngettext("%(n)d character", "%(n)d characters", signal.length)
            details.append(words % {"n": signal.length})
        if signal.slot:
            details.append(_("at question %(n)d") % {"n": signal.slot})
        yield TimelineLine(
            at=signal.happened_at,
            kind=SIGNAL,
            title=_("Noticed: %(what)s") % {"what": signal.get_kind_display()},
            text=" · ".join(details),
            tone="notice",
            slot=signal.slot or None,
        )


@register_lines
def act_lines(attempt: Attempt) -> Iterable[TimelineLine]:
    """Return what invigilators did that reached an attempt: one statement."""
    rows = ActOnAttempt.objects.filter(attempt=attempt).select_related("act__actor").order_by("act_id")
    titles = {
        Kind.MESSAGE: _("Message from the invigilator"),
        Kind.EXTEND: _("Time added"),
        Kind.PAUSE: _("Paused by the invigilator"),
        Kind.RESUME: _("Let go on by the invigilator"),
        Kind.END: _("Ended by the invigilator"),
        Kind.REOPEN: _("Opened again by the invigilator"),
    }
    for row in rows:
        act = row.act
        title = titles[Kind(act.kind)]
        if act.added_seconds:
            title = f"{title}: {duration(act.added_seconds)}"
        if act.undone_at:
            title = f"{title} ({_('taken back')})"
        yield TimelineLine(
            at=act.at,
            kind=MESSAGE if act.kind == Kind.MESSAGE else ROOM_ACT,
            title=title,
            text=act.text,
            who=str(act.actor or ""),
            audited=_AUDITED[Kind(act.kind)],
        )


_AUDITED = {
    Kind.MESSAGE: "attempt.message",
    Kind.EXTEND: "attempt.extend",
    Kind.PAUSE: "attempt.pause",
    Kind.RESUME: "attempt.resume",
    Kind.END: "attempt.force_submit",
    Kind.REOPEN: REOPENED_ENTRY,
}
