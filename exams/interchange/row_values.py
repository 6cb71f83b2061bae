"""Which columns of a question a row of an import decides. Callers: applying, updates."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exams.authoring.banks import MAXIMUM_DEPTH
from exams.authoring.checks import plain_text_of
from exams.authoring.questions import MAXIMUM_TAGS
from exams.models import ImportBatch, ImportRow, Topic


@dataclass(slots=True)
class WaitingRow:
    """What is read of a row to make its question: an ImportRow without what was said about it."""

    pk: int
    position: int
    state: str
    ref: str
    record: dict[str, Any] | None
    summary: str
    search_text: str
    content_hash: str
    question_id: int | None

    @property
    def topic_path(self) -> list[Any]:
        """Return the topic of the record as names from the top."""
        return list((self.record or {}).get("topic") or [])


def path_of(batch: ImportBatch, row: ImportRow | WaitingRow) -> tuple[str, ...]:
    """Return the topic of a row under the topic chosen for all; levels below the second become one name."""
    names = [*(batch.options.get("topic") or []), *row.topic_path]
    if len(names) > MAXIMUM_DEPTH:
        names = [*names[: MAXIMUM_DEPTH - 1], " / ".join(names[MAXIMUM_DEPTH - 1 :])[:120]]
    return tuple(name.strip() for name in names if name.strip())


def values_of(
    batch: ImportBatch, row: ImportRow | WaitingRow, topics: Mapping[tuple[str, ...], Topic]
) -> dict[str, Any]:
    """Return the columns of a question that a row's record decides, with what was chosen for all rows."""
    record = row.record or {}
    tags = [*record["tags"], *(tag for tag in batch.options.get("tags") or () if tag not in record["tags"])]
    topic = topics.get(path_of(batch, row))
    return {
        "ref": row.ref,
        "type": record["type"],
        "topic_id": topic.pk if topic else None,
        "difficulty": batch.options.get("difficulty") or record["difficulty"],
        "tags": tags[:MAXIMUM_TAGS],
        "language": record["language"] or batch.bank.language,
        "marks": Decimal(record["marks"]),
        "content": record["content"],
        "key": record["key"],
        "explanation": record["explanation"],
        "source": record["source"],
        "summary": row.summary,
        "search_text": row.search_text or plain_text_of(type=record["type"], content=record["content"]),
        "content_hash": row.content_hash,
    }
