"""Published questions, parsed once in a process: starting and grading ask for the same few hundred again and again.

Kept by id and hash together (`exams.fetch.kept_name`).
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

from exams.domain.errors import InvalidQuestion
from exams.domain.grading import GradedQuestion, load_question
from exams.domain.registry import get_type
from exams.fetch import kept_name
from exams.models import QuestionVersion

logger = logging.getLogger(__name__)

MAXIMUM_KEPT = 2_000
"""Questions kept at once; a paper of fifty takes about one megabyte."""

_ASKED = """
SELECT v.id, v.content_hash, v.question_id, q.topic_id
  FROM exams_questionversion v JOIN exams_question q ON q.id = v.question_id
 WHERE v.id """
_CHOSEN = {"postgresql": "= ANY(%s)", "sqlite": "IN (SELECT value FROM json_each(%s))"}
"""Written out once, as it is asked by each who hands in."""

_kept: dict[str, GradedQuestion] = {}
_groups: dict[str, "OptionGroups"] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGroups:
    """The lists of ids of a question that a start puts in order: those shuffled, and those one is drawn from."""

    ordered: Mapping[str, list[str]]
    drawn: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradableVersion:
    """A question version as grading needs it; `question` is None where content or key does not fit its type."""

    pk: int
    question_id: int
    topic_id: int | None
    question: GradedQuestion | None


class Published(Protocol):
    """A version as it was published: its id, the hash of what it says, its type, content and key."""

    @property
    def pk(self) -> Any:
        """Return its id."""

    @property
    def content_hash(self) -> str:
        """Return the hash of what it says; empty for one that must not be kept."""

    @property
    def type(self) -> str:
        """Return the name of its type."""

    @property
    def content(self) -> Any:
        """Return what the learner sees."""

    @property
    def key(self) -> Any:
        """Return its key."""


def parsed_question(version: Published) -> GradedQuestion:
    """Return a version ready to grade responses; InvalidQuestion where its content or key does not fit its type."""
    name = kept_name(version.pk, version.content_hash)
    found = _kept.get(name) if name else None
    if found is None:
        found = load_question(version.type, version.content, version.key)
        _keep(_kept, name, found)
    return found


def gradable_versions(ids: Iterable[int]) -> dict[int, GradableVersion]:
    """Return question versions ready for grading, by id.

    One statement that reads no content, and one more for those that this process has not met yet.
    """
    known = {pk: (_kept.get(name), question_id, topic_id) for pk, name, question_id, topic_id in _asked(ids)}
    unknown = _read([pk for pk, (question, _question, _topic) in known.items() if question is None])
    return {
        pk: GradableVersion(
            pk=pk, question_id=question_id, topic_id=topic_id, question=question or _parsed(unknown.get(pk))
        )
        for pk, (question, question_id, topic_id) in known.items()
    }


def option_groups(ids: Iterable[int]) -> dict[int, OptionGroups]:
    """Return what a start puts in order, by version id; statements as in gradable_versions."""
    rows = _asked(ids)
    unknown = _read([pk for pk, name, _question, _topic in rows if name not in _groups])
    return {pk: _groups.get(name) or _groups_of(unknown[pk]) for pk, name, _question, _topic in rows}


def _asked(ids: Iterable[int]) -> list[tuple[int, str, int, int | None]]:
    """Return id, name in the caches, question and topic of versions."""
    wanted, vendor = sorted(set(ids)), connection.vendor
    with connection.cursor() as cursor:
        cursor.execute(_ASKED + _CHOSEN[vendor], [wanted if vendor == "postgresql" else str(wanted)])
        return [(pk, kept_name(pk, digest), question_id, topic_id) for pk, digest, question_id, topic_id in cursor]


def _read(ids: Collection[int]) -> dict[int, QuestionVersion]:
    if not ids:
        return {}
    rows = QuestionVersion.objects.filter(pk__in=ids).only("id", "type", "content", "key", "content_hash")
    return {row.pk: row for row in rows}


def _parsed(version: QuestionVersion | None) -> GradedQuestion | None:
    try:
        return parsed_question(version) if version else None
    except InvalidQuestion:
        logger.exception("version %s cannot be graded", version.pk if version else None)
        return None


def _groups_of(version: QuestionVersion) -> OptionGroups:
    question_type = get_type(version.type)
    content = question_type.parse_content(version.content)
    found = OptionGroups(
        ordered={group: list(ids) for group, ids in question_type.option_order(content).items()},
        drawn={group: list(ids) for group, ids in question_type.drawn_groups(content).items()},
    )
    _keep(_groups, kept_name(version.pk, version.content_hash), found)
    return found


def _keep(kept: dict[str, Any], name: str, value: Any) -> None:
    if not name:
        return
    if len(kept) >= MAXIMUM_KEPT:
        kept.clear()
    kept[name] = value
