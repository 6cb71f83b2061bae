"""Published questions, parsed once in a process: grading asks for the same few hundred again and again."""

from collections.abc import Mapping
from typing import Any

from exams.domain.grading import GradedQuestion, load_question
from exams.models import QuestionVersion

MAXIMUM_KEPT = 2_000
"""Questions kept at once; a paper of fifty takes about one megabyte."""

_kept: dict[str, GradedQuestion] = {}


def parsed_question(version: QuestionVersion) -> GradedQuestion:
    """Return a version ready to grade responses; InvalidQuestion where its content or key does not fit its type.

    Kept by the hash of type, content and key, never by id: a hash names the same question in every database.
    """
    return _kept_question(version, version.key, version.content_hash)


def parsed_with_key(version: QuestionVersion, key: Mapping[str, Any], *, name: str) -> GradedQuestion:
    """Return the question of a version under another key, whose name is as short and sure as a hash."""
    return _kept_question(version, key, f"{version.content_hash}:{name}" if version.content_hash else "")


def _kept_question(version: QuestionVersion, key: Mapping[str, Any], name: str) -> GradedQuestion:
    found = _kept.get(name) if name else None
    if found is None:
        found = load_question(version.type, version.content, key)
        if name:
            if len(_kept) >= MAXIMUM_KEPT:
                _kept.clear()
            _kept[name] = found
    return found
