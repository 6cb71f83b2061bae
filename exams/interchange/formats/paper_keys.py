"""Lists of answers behind the questions of a paper (`1-5 ABCDA`), and to which questions they belong. Pure; for
`paper_lines`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from exams.interchange.formats.base import ParsedRow, Remark, gettext_noop
from exams.interchange.formats.paper_drafts import Draft
from exams.interchange.formats.question_vocabulary import TYPE_HINTS, folded
from exams.interchange.formats.rich_line import Rich, joined

_NO_QUESTION = gettext_noop("The list of answers names question %(number)s, which is not in the file.")
_TOO_MANY = gettext_noop("The list of answers holds more answers than its range of numbers: %(text)s")
_AMBIGUOUS = gettext_noop(
    "Several questions have the number %(number)s, and the list of answers does not say which of them it means."
)
_TWICE = gettext_noop("The list of answers has two that disagree for number %(number)s: %(first)s and %(second)s.")


@dataclass
class KeyEntry:
    """What a list says about one number: the answer, an explanation, and under which heading of the list."""

    row: int
    number: int
    answer: list[Rich] = field(default_factory=list)
    explanation: list[Rich] = field(default_factory=list)
    heading: int = 0
    type_name: str = ""


def _type_of(name: str) -> str:
    return TYPE_HINTS.get(folded(name), folded(name))


def _places(drafts: Sequence[Draft]) -> list[tuple[int, str]]:
    """Return the sections of the questions in order: ordinal and type."""
    seen: dict[int, str] = {}
    for draft in drafts:
        seen.setdefault(draft.place.ordinal, draft.place.section.type_name if draft.place.section else "")
    return list(seen.items())


def _sections_by_heading(entries: Sequence[KeyEntry], drafts: Sequence[Draft]) -> dict[int, int]:
    """Return the section of the paper for each heading of the list: by its type in order, or by its place."""
    headings = dict.fromkeys(entry.heading for entry in entries if entry.heading)
    types = {entry.heading: _type_of(entry.type_name) for entry in entries}
    places = _places(drafts)
    matched: dict[int, int] = {}
    free = list(places)
    for heading in headings:
        fitting = [place for place in free if types[heading] and _type_of(place[1]) == types[heading]]
        if fitting:
            matched[heading] = fitting[0][0]
            free.remove(fitting[0])
    if len(headings) == len(places):
        for heading, place in zip(headings, places, strict=True):
            matched.setdefault(heading, place[0])
    return matched


def assign(entries: Sequence[KeyEntry], drafts: Sequence[Draft], /) -> list[ParsedRow]:
    """Give each answer to its question; return a row for each that belongs to none.

    By the number where it is the only one of the paper, by section and number where the list has the headings of the
    paper, by the order where both count through alike. Anything else is a problem of the questions in question.
    """
    if not entries:
        return []
    by_number: dict[int | None, list[Draft]] = {}
    for draft in drafts:
        numbers: list[int | None] = [*draft.gaps] or [draft.number]
        for number in numbers:
            by_number.setdefault(number, []).append(draft)
    sections = _sections_by_heading(entries, drafts)
    in_order = [draft.number for draft in drafts] == [entry.number for entry in entries if entry.number]
    rows: list[ParsedRow] = []
    taken: dict[int, Draft] = {}
    for draft in drafts:
        draft.is_listed = True
    for place, entry in enumerate(entry for entry in entries if entry.number):
        fitting = [
            draft
            for draft in by_number.get(entry.number, ())
            if entry.heading not in sections or draft.place.ordinal == sections[entry.heading]
        ]
        if len(fitting) > 1 and in_order:
            fitting = [drafts[place]]
        if len(fitting) > 1:
            for draft in fitting:
                draft.problems.append(("answer", _AMBIGUOUS, {"number": entry.number}))
        elif fitting:
            _give(entry, fitting[0], taken)
        else:
            rows.append(_lost(entry, _NO_QUESTION, {"number": entry.number}))
    extra = [entry for entry in entries if not entry.number]
    if extra:
        text = " ".join(joined(entry.answer).plain() for entry in extra)[:200]
        rows.append(_lost(extra[0], _TOO_MANY, {"text": text}))
    return rows


def _give(entry: KeyEntry, draft: Draft, taken: dict[int, Draft]) -> None:
    answer = joined(entry.answer).strip()
    if draft.gaps:
        draft.gap_answers.setdefault(entry.number, answer)
        draft.listed_explanation += entry.explanation
        return
    if id(draft) in taken and draft.listed is not None and answer and draft.listed.plain() != answer.plain():
        values = {"number": entry.number, "first": draft.listed.plain()[:40], "second": answer.plain()[:40]}
        draft.problems.append(("answer", _TWICE, values))
        return
    taken[id(draft)] = draft
    if answer:
        draft.listed = answer
    draft.listed_explanation += entry.explanation


def _lost(entry: KeyEntry, text: str, values: dict[str, str | int]) -> ParsedRow:
    problem = Remark(row=entry.row, field="answer", text=text, values=values)
    return ParsedRow(row=entry.row, record=None, problems=(problem,), source=joined(entry.answer).plain()[:4000])
