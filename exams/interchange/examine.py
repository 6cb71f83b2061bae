"""A parsed row held against our model: the clean record with its hash, or every problem it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edu.core.errors import DomainError
from exams.authoring.banks import MAXIMUM_DEPTH
from exams.authoring.checks import QuestionFacts, examine_question
from exams.authoring.records import QuestionRecord, clean_record
from exams.domain.errors import InvalidQuestion
from exams.domain.text import one_line
from exams.interchange.attachments import keep_attachments
from exams.interchange.formats.base import ParsedRow, Remark, gettext_noop
from exams.interchange.remarks import kept, remarks_of_error
from exams.interchange.storable import storable
from exams.models import ImportRow

DEEP_TOPIC = gettext_noop("The topic has more than three levels; those below the second are one name now.")
LONG_TOPIC = gettext_noop("The name of a topic has more than 120 characters and is cut.")
LONG_REF = gettext_noop("The reference has more than 80 characters and is cut.")
LONG_SOURCE = gettext_noop("The source has more than 300 characters and is cut.")
NOT_SOUND = gettext_noop("This question cannot be read.")
MAXIMUM_RECORD = 1_000_000


@dataclass(kw_only=True, slots=True)
class Examined:
    """What an import keeps of a row (`record_text` is the record as JSON where that was made), the plain text by which
    like questions are found, and, once it is held against the bank and the rows before it, the question or the row that
    it repeats, and the row that it resembles."""

    row: int
    file: str = ""
    state: str = ImportRow.State.FAILED
    type: str = ""
    ref: str = ""
    summary: str = ""
    record: dict[str, Any] | None = None
    record_text: str | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)
    doubts: list[dict[str, Any]] = field(default_factory=list)
    losses: list[dict[str, Any]] = field(default_factory=list)
    content_hash: str = ""
    plain_text: str = ""
    source: str = ""
    cells: list[str] = field(default_factory=list)
    question_id: int | None = None
    repeats_position: int | None = None
    near_position: int | None = None
    near_percent: int | None = None


def examine_record(
    raw: Mapping[str, Any], *, is_sound: bool = False
) -> tuple[QuestionRecord | None, QuestionFacts | None, list[Remark]]:
    """Return the clean record and its facts, or the problems that keep it out; `is_sound` says that its reader has held
    it against its type."""
    try:
        record = clean_record(raw, is_sound=is_sound)
        facts = examine_question(type=record.type, content=record.content, key=record.key)
    except DomainError as error:
        return None, None, [*remarks_of_error(error), *_further(raw, error)]
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
        # A record of a shape that nobody foresaw: it is declined, and the file goes on.
        return None, None, [Remark(row=0, field="", text=NOT_SOUND)]
    return record, facts, []


def _further(raw: Mapping[str, Any], first: DomainError) -> list[Remark]:
    """Return what is wrong with content and key beside a fault of another field, so that all is told at once."""
    if isinstance(first, InvalidQuestion) or first.field in {"type", "content", "key", ""}:
        return []
    try:
        examine_question(type=raw["type"], content=raw["content"], key=raw["key"])
    except DomainError as error:
        return remarks_of_error(error)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
        return []
    return []


def _fitted(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Remark]]:
    """Return the record with topic, reference and source as long as we keep them, and what that loses."""
    record, losses = dict(raw), []
    topic = record.get("topic")
    if isinstance(topic, list | tuple) and topic and all(isinstance(name, str) for name in topic):
        names = [name.strip() for name in topic if name.strip()]
        if len(names) > MAXIMUM_DEPTH:
            names = [*names[: MAXIMUM_DEPTH - 1], " / ".join(names[MAXIMUM_DEPTH - 1 :])]
            losses.append(Remark(row=0, field="topic", text=DEEP_TOPIC))
        if any(len(name) > 120 for name in names):
            names = [name[:120].strip() for name in names]
            losses.append(Remark(row=0, field="topic", text=LONG_TOPIC))
        record["topic"] = names
    for name, limit, text in (("ref", 80, LONG_REF), ("source", 300, LONG_SOURCE)):
        value = record.get(name)
        if isinstance(value, str) and len(value.strip()) > limit:
            losses.append(Remark(row=0, field=name, text=text))
    return record, losses


def examine_row(item: ParsedRow, *, owner_id: int | None) -> Examined:
    """Return what an import keeps of a parsed row; its attachments are stored. Whether the bank has it is asked
    later."""
    file = storable(item.file)[:255]
    found = Examined(row=item.row, file=file, source=storable(item.source)[:4000])
    problems, doubts, losses = list(item.problems), list(item.doubts), list(item.losses)
    if item.record is not None:
        raw, fitted = _fitted(item.record)
        losses += fitted
        raw, faulty, remote = keep_attachments(raw, item.attachments, owner_id=owner_id)
        problems += faulty
        doubts += [] if doubts else remote
        is_sound = item.is_sound and not item.attachments
        record, facts, unsound = examine_record(raw, is_sound=is_sound) if not problems else (None, None, [])
        problems += unsound
        if record is not None and facts is not None:
            found.record, found.record_text = record.values, record.text
            found.type, found.ref = record.type, record.ref
            found.content_hash, found.summary, found.plain_text = (
                facts.content_hash,
                facts.summary,
                facts.plain_text,
            )
            found.state = ImportRow.State.DOUBTFUL if doubts else ImportRow.State.NEW
        else:
            _keep_draft(found, raw)
    elif not problems:
        problems.append(Remark(row=item.row, field="", text=NOT_SOUND))
    if problems:
        found.cells = storable(list(item.cells))
    found.problems = kept(problems, row=item.row, file=file)
    found.doubts = kept(doubts, row=item.row, file=file)
    found.losses = kept(losses, row=item.row, file=file)
    return found


def _keep_draft(found: Examined, raw: Mapping[str, Any]) -> None:
    """Keep as much of a faulty record as can be mended."""
    draft = storable(dict(raw))
    if len(str(draft)) > MAXIMUM_RECORD:
        return
    found.record = draft
    found.type = str(draft.get("type") or "")[:30]
    found.ref = ""
    content = draft.get("content")
    stem = content.get("stem") if isinstance(content, dict) else ""
    found.summary = one_line(str(stem or ""))[:300]
