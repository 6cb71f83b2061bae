"""How a learner stands with a question, and what a filter of the book means, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from exams.domain.progress import MasteryKind, MasteryRule
from exams.domain.recall import recall_chance, still_known_days
from exams.models import QuestionProgress
from exams.practice.question_progress import standing_of
from exams.view_models import TYPE_LABELS

STATE_LABELS = {
    "open": gettext_lazy("To master"),
    "due": gettext_lazy("Due now"),
    "blank": gettext_lazy("Only left blank"),
    "mastered": gettext_lazy("Mastered"),
    "locked": pgettext_lazy("wrong-answer book", "Locked"),
}


def rule_words(rule: MasteryRule, /) -> str:
    """Return by what a question leaves the book."""
    if rule.kind is MasteryKind.RECALL:
        words = _(
            "A question leaves the book when you will still know it after %(days)s days, "
            "and returns if it goes wrong again."
        )
        return words % {"days": rule.days}
    return ngettext(
        "A question leaves the book when you answer it rightly once, and returns if it goes wrong again.",
        "A question leaves the book when you answer it rightly %(counter)s times in a row, "
        "and returns if it goes wrong again.",
        rule.streak,
    ) % {"counter": rule.streak}


@dataclass(frozen=True, kw_only=True)
class MemoryWords:
    """What FSRS says of a question: the chance to know it now (per cent), for how long it stays at 90 per cent, when it
    is due."""

    chance_percent: int
    lasts: str
    due: str
    is_due: bool


def _date(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")


def memory_words(row: QuestionProgress, /, *, now: datetime) -> MemoryWords | None:
    """Return what the scheduler says of a question in words; None before the first answer."""
    memory = standing_of(row).memory
    if memory is None:
        return None
    days = still_known_days(memory, at=now)
    if days >= 1:
        lasts = ngettext(
            "You will still know it in %(n)d day with 90 %%.",
            "You will still know it in %(n)d days with 90 %%.",
            int(days),
        ) % {"n": int(days)}
    elif days >= 0:
        lasts = _("From today on the chance that you know it falls below 90 %.")
    else:
        lasts = _("The chance that you know it has fallen below 90 %.")
    return MemoryWords(
        chance_percent=round(100 * recall_chance(memory, at=now)),
        lasts=lasts,
        due=due_words(row, now=now),
        is_due=memory.due_at <= now,
    )


def due_words(row: QuestionProgress, /, *, now: datetime) -> str:
    """Return when a question is due again; empty before the first answer."""
    if row.due_at is None:
        return ""
    if row.due_at <= now:
        days = (now - row.due_at).days
        late = ngettext("Due since %(n)d day", "Due since %(n)d days", days) % {"n": days}
        return late if days else _("Due today")
    return _("Due on %(date)s") % {"date": _date(row.due_at)}


def due_words_in_book(row: QuestionProgress, /, *, now: datetime) -> str:
    """Return when a question of the book is due again; empty for what is not in it."""
    waits = row.last_wrong_at is not None and row.mastered_at is None
    return due_words(row, now=now) if waits else ""


def place_words(row: QuestionProgress, /, *, rule: MasteryRule) -> str:
    """Return why a question is in the book, or by what it left."""
    if row.last_wrong_at is None:
        return _("It was never wrong: it is not in the book.")
    if row.mastered_at is not None:
        if row.hand_act == QuestionProgress.HandAct.MASTERED and row.hand_at == row.mastered_at:
            return _("You took it out of the book on %(date)s.") % {"date": _date(row.mastered_at)}
        return _("It left the book by your rule on %(date)s.") % {"date": _date(row.mastered_at)}
    words = {"date": _date(row.last_wrong_at), "wrong": row.wrong_count, "blank": row.blank_count}
    if not row.wrong_count:
        since = _("It is in the book because it was left blank, last on %(date)s.") % words
    else:
        since = _("It is in the book because it was wrong, last on %(date)s.") % words
    return f"{since} {_missing(row, rule)}".strip()


def _missing(row: QuestionProgress, rule: MasteryRule) -> str:
    """Return what is missing until an entry is mastered."""
    if rule.kind is MasteryKind.RECALL:
        days = int(row.stability or 0)
        return _("It leaves when you will still know it after %(days)d days; now it is %(now)d.") % {
            "days": rule.days,
            "now": days,
        }
    left = max(1, rule.streak - row.right_streak)
    return ngettext(
        "It leaves after %(n)d more right answer.", "It leaves after %(n)d more right answers in a row.", left
    ) % {"n": left}


def filter_words(
    *, state: str, bank: str, topic: str, type: str, source: str, days: int, mistake: str, text: str
) -> str:
    """Return what a filter of the book means, for the head of what is printed; the arguments are names, as shown."""
    parts: Sequence[Any] = [
        STATE_LABELS.get(state, ""),
        bank,
        topic,
        TYPE_LABELS.get(type, ""),
        source,
        ngettext("last wrong within %(n)d day", "last wrong within %(n)d days", days) % {"n": days} if days else "",
        mistake,
        _("with “%(text)s”") % {"text": text} if text else "",
    ]
    return " · ".join(str(part) for part in parts if part)
