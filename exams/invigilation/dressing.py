"""Candidates as the invigilator's pages show them: what their state is called, when they were seen."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.invigilation.roster import Candidate


@dataclass(frozen=True, kw_only=True)
class Row:
    """A candidate with what the table says of her."""

    candidate: Candidate
    label: str
    tone: str
    icon: str
    seen: str
    left: int


def state_words() -> dict[str, tuple[str, str, str]]:
    """Return label, tone and icon of each state of a candidate."""
    return {
        "running": (_("in the exam"), "success", "edit"),
        "offline": (_("no connection"), "danger", "wifi-off"),
        "paused": (_("paused"), "warning", "pause"),
        "waiting": (_("not begun"), "", ""),
        "done": (_("handed in"), "info", "check"),
    }


def _seen_words(candidate: Candidate, now: datetime) -> str:
    """Return when something was heard last, in steps that do not change with every second."""
    seconds = candidate.unseen_seconds(now)
    if seconds is None or not candidate.is_inside:
        return ""
    if candidate.state != "offline" and seconds < 120:
        return _("elsewhere") if candidate.is_away else _("now")
    minutes = seconds // 60
    if minutes < 1:
        return _("under a minute ago")
    return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}


def row_of(candidate: Candidate, now: datetime) -> Row:
    """Return a candidate dressed for the table."""
    label, tone, icon = state_words()[candidate.state]
    if candidate.state == "done":
        by = {"time": _("handed in by the clock"), "staff": _("ended by the invigilator")}
        label = by.get(candidate.submitted_by, label)
    return Row(
        candidate=candidate,
        label=label,
        tone=tone,
        icon=icon,
        seen=_seen_words(candidate, now),
        left=candidate.remaining(now),
    )
