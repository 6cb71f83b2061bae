"""Published questions, parsed once in a process: grading asks for the same few hundred again and again."""

from exams.domain.grading import GradedQuestion, load_question
from exams.models import QuestionVersion

MAXIMUM_KEPT = 2_000
"""Questions kept at once; a paper of fifty takes about one megabyte."""

_kept: dict[str, GradedQuestion] = {}


def parsed_question(version: QuestionVersion) -> GradedQuestion:
    """Return a version ready to grade responses; InvalidQuestion where its content or key does not fit its type.

    Kept by the hash of type, content and key, never by id: a hash names the same question in every database.
    """
    name = version.content_hash
    found = _kept.get(name) if name else None
    if found is None:
        found = load_question(version.type, version.content, version.key)
        if name:
            if len(_kept) >= MAXIMUM_KEPT:
                _kept.clear()
            _kept[name] = found
    return found
