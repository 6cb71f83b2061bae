"""The wrong-answer book as a request asks for it: the filter read from its parameters, counts, what is locked."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from exams.models import Bank, Topic
from exams.practice.book import DAYS, GROUPS, LOCKED, STATES, BookCounts, BookFilter, count_entries
from exams.practice.book_access import Locked, find_locked
from exams.practice.book_forms import MISTAKES, BookFilterForm, topic_choices
from exams.practice.book_words import filter_words
from exams.practice.hidden import hidden_questions
from exams.view_models import TYPE_LABELS

PARAMETERS = ("q", "bank", "topic", "type", "source", "days", "mistake", "group")


@dataclass(frozen=True, kw_only=True)
class BookRequest:
    """A filter with everything that a page of the book needs beside its rows; `given` are the parameters that narrow
    it, as they were sent."""

    chosen: BookFilter
    group: str
    form: BookFilterForm
    counts: BookCounts
    locked: Locked
    hidden: frozenset[int]
    given: Mapping[str, str]
    topic_name: str

    @property
    def query(self) -> str:
        """Return the parameters of the filter with its state, for addresses."""
        return urlencode({"state": self.chosen.state, **self.given})

    @property
    def words(self) -> str:
        """Return what the filter means."""
        exam = dict(self.counts.exams).get(self.chosen.source, "")
        return filter_words(
            state=self.chosen.state,
            bank=next((bank.name for bank in self.counts.banks if bank.pk == self.chosen.bank_id), ""),
            topic=self.topic_name,
            type=self.chosen.type,
            source=_("in practice") if self.chosen.source == "practice" else exam,
            days=self.chosen.days,
            mistake=str(dict(MISTAKES).get(self.chosen.mistake, "")),
            text=self.chosen.text,
        )


def uuid_text(value: str, /) -> str:
    """Return a UUID as text; empty for what is none."""
    try:
        return str(uuid.UUID(value))
    except (ValueError, AttributeError):
        return ""


def read_book(*, user: Any, data: Mapping[str, str]) -> BookRequest:
    """Return what a query string or a posted form asks of the learner's book; what is unknown or foreign narrows
    nothing. Two statements, one more with a bank, more where a bank is closed to her (find_locked).
    """
    bank_key = uuid_text(data.get("bank", ""))
    topics = list(Topic.objects.filter(bank__public_id=bank_key)) if bank_key else []
    bank_id = topics[0].bank_id if topics else None
    if bank_key and not topics:
        bank_id = Bank.objects.filter(public_id=bank_key).values_list("pk", flat=True).first()
    topic = next((row for row in topics if str(row.public_id) == data.get("topic")), None)
    kind, source, days, mistake = (data.get(name, "") for name in ("type", "source", "days", "mistake"))
    state = data.get("state", "")
    chosen = BookFilter(
        state=state if state in {*STATES, LOCKED} else STATES[0],
        bank_id=bank_id,
        topic_path=topic.path if topic else "",
        type=kind if kind in TYPE_LABELS else "",
        source=source if source == "practice" else uuid_text(source),
        days=int(days) if days in {str(n) for n in DAYS} else 0,
        mistake=mistake if mistake in {"none", *(value for value, _label in MISTAKES)} else "",
        text=data.get("q", "").replace("\x00", "").strip()[:100],
    )
    hidden = hidden_questions(user_id=user.pk, now=now_utc())
    counts = count_entries(user_id=user.pk, chosen=chosen, hidden=hidden)
    locked = find_locked(user=user, banks=counts.banks)
    if locked.questions:
        counts = count_entries(user_id=user.pk, chosen=chosen, hidden=hidden, locked=locked.questions)
    is_mine = any(bank.pk == bank_id for bank in counts.banks)
    form = BookFilterForm(
        {**{name: data.get(name, "") for name in PARAMETERS}, "state": chosen.state},
        banks=[(str(bank.public_id), bank.name) for bank in counts.banks],
        topics=topic_choices(topics) if is_mine else [],
        exams=list(counts.exams),
    )
    group = data.get("group", "")
    return BookRequest(
        chosen=chosen,
        group=group if group in GROUPS else GROUPS[0],
        form=form,
        counts=counts,
        locked=locked,
        hidden=hidden,
        given={name: data[name][:100] for name in PARAMETERS if data.get(name)},
        topic_name=topic.name if topic and is_mine else "",
    )
