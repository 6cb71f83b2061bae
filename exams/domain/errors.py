"""What the exam domain refuses, in words for a teacher or a learner; raised throughout exams.domain."""

from dataclasses import dataclass

from edu.core.errors import Conflict, InvalidInput


class InvalidResponse(InvalidInput):
    """This response does not fit the question."""

    code = "invalid_response"


class InvalidCorrection(InvalidInput):
    """This cannot be said by a corrected key; `field` is the place of which it was said."""

    code = "invalid_correction"


class UnknownQuestionType(InvalidInput):
    """There is no such question type."""

    code = "unknown_question_type"


class InvalidPattern(InvalidInput):
    """This regular expression cannot be used."""

    code = "invalid_pattern"


class InvalidTransition(Conflict):
    """The attempt is not in a state that allows this."""

    code = "invalid_transition"


class TooFewAttempts(InvalidInput):
    """There are too few attempts for a figure that means anything."""

    code = "too_few_attempts"

    def __init__(self, *, n: int, needed: int) -> None:
        self.n = n
        self.needed = needed
        super().__init__(f"Statistics need at least {needed} attempts; there are {n}.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an authored question: where (a dotted path into content or key) and what, in a teacher's
    words."""

    field: str
    message: str


class InvalidQuestion(InvalidInput):
    """This question cannot be used; `problems` lists every fault that was found."""

    code = "invalid_question"

    def __init__(self, problems: "tuple[Problem, ...]") -> None:
        self.problems = problems
        first = problems[0] if problems else Problem("", "This question cannot be used.")
        super().__init__(f"{first.field}: {first.message}", field=first.field)
