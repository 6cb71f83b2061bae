"""What happened in an attempt, from its start to its last mark, put together from what was kept.

Parts that keep more (exams.invigilation.noticed: signals of the room, acts) register a provider; see `register_lines`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.audit.queries import list_object_entries
from exams.marking.anonymity import names_of
from exams.marking.history import REOPENED
from exams.models import Appeal, Attempt, LateBatch, MarkChange
from exams.presentation import number_text


@dataclass(frozen=True, kw_only=True)
class TimelineLine:
    """One thing that happened: when, what in a few words, details, who did it; `kind` groups, `tone` colours.

    `audited` names the entry of the audit log that says the same, so that it is not told twice.
    """

    at: datetime
    kind: str
    title: str
    text: str = ""
    who: str = ""
    tone: str = ""
    slot: int | None = None
    audited: str = ""


Provider = Callable[[Attempt], Iterable[TimelineLine]]
_PROVIDERS: list[Provider] = []


def register_lines(provider: Provider) -> Provider:
    """Let a provider add lines to every timeline; it is called with the attempt (exam and learner loaded) and
    should need one statement. Registering twice does nothing. Returns the provider, so it serves as a decorator.
    """
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)
    return provider


def attempt_timeline(*, attempt: Attempt) -> list[TimelineLine]:
    """Return the lines of an attempt (with exam and learner), the earliest first: six statements, and those of the
    registered providers.
    """
    lines = [*room_lines(attempt), *late_lines(attempt), *_mark_lines(attempt), *appeal_lines(attempt)]
    provided = [line for line in provided_lines(attempt) if line.audited != REOPENED_ENTRY]
    lines += provided
    lines += _audit_lines(attempt, told=[line for line in provided if line.audited])
    return sorted(lines, key=lambda line: line.at)


def provided_lines(attempt: Attempt) -> list[TimelineLine]:
    """Return the lines of the registered providers, in no order."""
    return [line for provider in _PROVIDERS for line in provider(attempt)]


def item_timeline(*, attempt: Attempt, slot: int) -> list[TimelineLine]:
    """Return the lines of an attempt that concern one slot, or the attempt as a whole."""
    return [line for line in attempt_timeline(attempt=attempt) if line.slot in (None, slot)]


def stored_moment(value: object) -> datetime:
    """Return a moment that a save wrote into the row: SQLite writes UTC without saying so."""
    moment = parse_datetime(str(value))
    if moment is None:
        raise ValueError(f"{value!r} is no moment")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def room_lines(attempt: Attempt) -> Iterable[TimelineLine]:
    """Return what the attempt's own row tells, from its start to its release; no statement."""
    yield TimelineLine(at=attempt.started_at, kind="start", title=_("Started"), tone="done")
    for opened in attempt.openings:
        yield TimelineLine(
            at=stored_moment(opened),
            kind="opening",
            title=_("Room opened again"),
            text=_("Another page, browser or device took over; the one before may not write any more."),
        )
    for begin, end in attempt.gaps:
        start, stop = stored_moment(begin), stored_moment(end)
        yield TimelineLine(
            at=stop,
            kind="gap",
            title=_("No save for %(time)s") % {"time": _minutes((stop - start).total_seconds())},
            text=_("Nothing arrived in this time: no change was made, or there was no connection."),
        )
    if attempt.saved_at:
        yield TimelineLine(
            at=attempt.saved_at,
            kind="save",
            title=_("Last save"),
            text=ngettext("%(n)d save in all", "%(n)d saves in all", attempt.save_count) % {"n": attempt.save_count}
            if attempt.save_count
            else "",
        )
    if attempt.submitted_at:
        by = {
            "time": _("Time was up."),
            "staff": _("Handed in by an invigilator."),
        }.get(attempt.submitted_by, "")
        yield TimelineLine(at=attempt.submitted_at, kind="submit", title=_("Handed in"), text=by, tone="done")
    if attempt.graded_at:
        score = _("%(score)s of %(maximum)s marks") % {
            "score": number_text(attempt.score),
            "maximum": number_text(attempt.maximum),
        }
        yield TimelineLine(at=attempt.graded_at, kind="graded", title=_("Score computed"), text=score, tone="done")
    if attempt.released_at:
        yield TimelineLine(at=attempt.released_at, kind="release", title=_("Result released"), tone="done")


def late_lines(attempt: Attempt) -> Iterable[TimelineLine]:
    """Return what came too late and what was decided about it: at most two statements."""
    batches = list(LateBatch.objects.filter(attempt=attempt))
    names = names_of(user_ids={row.decided_by_id for row in batches if row.decided_by_id}) if batches else {}
    for batch in batches:
        slots = ", ".join(sorted(batch.responses, key=int))
        yield TimelineLine(
            at=batch.received_at,
            kind="late",
            title=_("Answers put into quarantine"),
            text=f"{batch.get_reason_display()} · {_('Questions')}: {slots}",
            tone="danger",
        )
        if batch.decided_at:
            yield TimelineLine(
                at=batch.decided_at,
                kind="late",
                title=_("Late answers accepted") if batch.decision == "accepted" else _("Late answers refused"),
                who=names.get(batch.decided_by_id or 0, ""),
            )


def _mark_lines(attempt: Attempt) -> Iterable[TimelineLine]:
    changes = list(MarkChange.objects.filter(attempt_id=attempt.pk).order_by("id"))
    names = names_of(user_ids={row.marker_id for row in changes if row.marker_id}) if changes else {}
    yield from _withdrawn_lines(changes, names)
    for change in changes:
        if change.reason == REOPENED:
            continue
        marks = [number_text(change.old_mark) or "–", number_text(change.new_mark) or "–"]
        yield TimelineLine(
            at=change.at,
            kind="mark",
            title=_("Question %(slot)d: %(before)s → %(after)s")
            % {"slot": change.slot, "before": marks[0], "after": marks[1]},
            text=_(change.reason) if change.reason else "",
            who=names.get(change.marker_id or 0, "") if change.marker_id else _("the engine"),
            slot=change.slot,
        )


def _withdrawn_lines(changes: Sequence[MarkChange], names: Mapping[int, str]) -> Iterable[TimelineLine]:
    """Return one line for all marks that were withdrawn when the attempt was opened again."""
    at_once: dict[datetime, list[MarkChange]] = {}
    for change in changes:
        if change.reason == REOPENED:
            at_once.setdefault(change.at, []).append(change)
    for at, withdrawn in at_once.items():
        n = len(withdrawn)
        yield TimelineLine(
            at=at,
            kind="mark",
            title=ngettext("%(n)d mark withdrawn", "%(n)d marks withdrawn", n) % {"n": n},
            text=_("The attempt was opened again; everything is marked anew after handing in."),
            who=names.get(withdrawn[0].marker_id or 0, ""),
        )


def appeal_lines(attempt: Attempt) -> Iterable[TimelineLine]:
    """Return appeals and their replies: one statement."""
    for appeal in Appeal.objects.filter(attempt=attempt).select_related("answered_by"):
        yield TimelineLine(
            at=appeal.created_at,
            kind="appeal",
            title=_("Question %(slot)d: appeal") % {"slot": appeal.slot},
            text=appeal.reason,
            tone="danger",
            slot=appeal.slot,
        )
        if appeal.answered_at:
            is_upheld = appeal.state == Appeal.State.UPHELD
            title = _("Question %(slot)d: appeal upheld") if is_upheld else _("Question %(slot)d: appeal dismissed")
            yield TimelineLine(
                at=appeal.answered_at,
                kind="appeal",
                title=title % {"slot": appeal.slot},
                text=appeal.answer,
                who=str(appeal.answered_by or ""),
                slot=appeal.slot,
            )


_TOLD_ELSEWHERE = ("attempt.accept_late", "attempt.refuse_late", "appeal.")
"""Acts that have lines of their own, with more than the audit log knows."""


REOPENED_ENTRY = "attempt.reopen"
"""The entry of the audit log that says what was withdrawn: for staff it stands in the place of the line of the act."""
SAME_ACT = timedelta(minutes=1)
"""An act and its entry in the audit log are written in one transaction, but each takes the time for itself."""


def _audit_lines(attempt: Attempt, *, told: list[TimelineLine]) -> Iterable[TimelineLine]:
    left = list(told)
    for entry in list_object_entries(object_kind="attempt", object_id=str(attempt.public_id)):
        if entry.action.startswith(_TOLD_ELSEWHERE):
            continue
        same = [line for line in left if line.audited == entry.action and abs(line.at - entry.at) < SAME_ACT]
        if same:
            left.remove(min(same, key=lambda line: abs(line.at - entry.at)))
            continue
        yield TimelineLine(
            at=entry.at, kind="act", title=entry.label, text=_details(entry.changes), who=entry.actor_label
        )


def _details(changes: dict[str, Any]) -> str:
    """Return the reason of an act, for how many minutes it was, and what it withdrew."""
    words = [str(changes["reason"])] if changes.get("reason") else []
    if changes.get("minutes"):
        n = int(changes["minutes"])
        words.append(ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n})
    if isinstance(changes.get("submitted_at"), list) and changes["submitted_at"][0]:
        moment = localtime(stored_moment(changes["submitted_at"][0]))
        words.append(_("had ended at %(at)s") % {"at": date_format(moment, "DATETIME_FORMAT")})
    if isinstance(changes.get("score"), list) and changes["score"][0]:
        words.append(_("score %(score)s withdrawn") % {"score": number_text(Decimal(changes["score"][0]))})
    return " · ".join(words)
