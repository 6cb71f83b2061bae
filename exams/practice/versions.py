"""Published questions as practice reads them: one statement, and JSON is read only where something has to be made of
it. Called by serving and the room.
"""

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from django.db.models import TextField
from django.db.models.functions import Cast

from edu.schema.kept_queries import GivenAmong, KeptQuery
from exams.delivery.parsed import Published
from exams.models import QuestionVersion


class Version(Published, Protocol):
    """A published version of a question: a row of the model, or a PracticeVersion."""

    @property
    def question_id(self) -> Any:
        """Return the id of its question."""

    @property
    def explanation(self) -> str:
        """Return why, in rich text."""

    @property
    def source(self) -> str:
        """Return law or fact behind it."""

    @property
    def practice_decisions(self) -> Mapping[str, Any] | None:
        """Return what was decided about versions of its question (Question.practice_decisions)."""


@dataclass(frozen=True, kw_only=True)
class PracticeVersion:
    """A published version with what the room says beside it: `facility` is the part of the marks, 0 to 1, that all
    learners earn with it on average, None while too few have answered."""

    pk: int
    question_id: int
    question_public_id: uuid.UUID
    type: str
    content_hash: str
    content_text: str
    key_text: str
    explanation: str
    source: str
    facility: float | None
    practice_decisions: Mapping[str, Any] | None

    @cached_property
    def content(self) -> Any:
        """Return what the learner sees."""
        return json.loads(self.content_text)

    @cached_property
    def key(self) -> Any:
        """Return the key."""
        return json.loads(self.key_text)


_VERSIONS: KeptQuery[tuple[Any, ...]] = KeptQuery(
    lambda: (
        QuestionVersion.objects.filter(GivenAmong("pk", "ids"))
        .annotate(raw=Cast("content", TextField()), raw_key=Cast("key", TextField()))
        .values_list(
            "pk", "question_id", "question__public_id", "type", "content_hash", "raw", "raw_key", "explanation",
            "source", "statistics__practice_facility", "statistics__facility", "question__practice_decisions",
        )
    )
)  # fmt: skip


def get_practice_versions(ids: Collection[int]) -> dict[int, PracticeVersion]:
    """Return versions by id, those that there are: one statement, none without ids."""
    return {row[0]: _version(*row) for row in _VERSIONS.rows(ids=ids)} if ids else {}


def _version(
    pk: int,
    question_id: int,
    public_id: uuid.UUID,
    type: str,
    content_hash: str,
    content: str,
    key: str,
    explanation: str,
    source: str,
    practised: float | None,
    examined: float | None,
    decisions: Mapping[str, Any] | None,
) -> PracticeVersion:
    return PracticeVersion(
        pk=pk,
        question_id=question_id,
        question_public_id=public_id,
        type=type,
        content_hash=content_hash,
        content_text=content,
        key_text=key,
        explanation=explanation,
        source=source,
        facility=examined if practised is None else practised,
        practice_decisions=decisions,
    )
