"""What can be wrong with a question record, by code: kept with an import, said in its reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from edu.core.errors import InvalidInput
from exams.authoring.problems import describe_text

RECORD_PROBLEMS: dict[str, str] = {
    "unknown_field": gettext_noop("A question record has no %(names)s."),
    "no_type": gettext_noop("The question type is missing."),
    "no_content": gettext_noop("The content of the question is missing."),
    "no_key": gettext_noop("The answer key is missing."),
    "bad_difficulty": gettext_noop("The difficulty lies between 1 and 5."),
    "bad_marks": gettext_noop("The marks must be a number."),
    "marks_out_of_range": gettext_noop("The marks lie between 0 and 10,000."),
    "same_reference": gettext_noop("Row %(n)s has the same reference."),
    "no_record": gettext_noop("This line is not a question record."),
    "no_record_entry": gettext_noop("This entry is not a question record."),
    "line_too_long": gettext_noop("This line is too long."),
    "no_json": gettext_noop("This line is not JSON."),
    "unknown_type": gettext_noop("This type is not known. Use one of the names in the template."),
    "type_missing": gettext_noop("The type is missing."),
    "stem_empty": gettext_noop("The question is empty."),
    "difficulty_word": gettext_noop("Write a number from 1 to 5, or 易, 中, 难."),
    "too_few_options": gettext_noop("At least two options are needed."),
    "answer_missing": gettext_noop("The answer is missing."),
    "no_such_option": gettext_noop("The answer names “%(letter)s”, but there is no such option."),
    "several_right": gettext_noop("A single choice has one right option. For several, write 多选题 as the type."),
    "true_or_false": gettext_noop("Write 对 or 错 (true or false)."),
    "no_blanks": gettext_noop("Mark the blanks with ____ in the question."),
    "blank_count": gettext_noop("There are %(n)s blanks; write as many answers, separated by semicolons."),
    "no_number": gettext_noop("Write a number, such as 12.5 or 12.5±0.1."),
    "no_pair": gettext_noop("Write each pair as left = right."),
    "no_order": gettext_noop("Name every item once, such as CABD."),
}
"""Source text by code. A code stays what it is: imports keep it with its values."""

DOMAIN = "domain"
"""The code of what the exam domain or a use case says in English; its value `text` is translated when it is read."""


class RecordProblem(InvalidInput):
    """A question record cannot be used; `problem` and `values` say why, `field` where."""

    def __init__(self, problem: str, *, field: str, **values: object) -> None:
        self.problem = problem
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(say_problem(problem, self.values), field=field)


def say_problem(code: str, values: Mapping[str, Any], /) -> str:
    """Return a problem in the reader's language. A code that is not known any more says the code itself."""
    if code == DOMAIN:
        return describe_text(str(values.get("text", "")))
    text = RECORD_PROBLEMS.get(code)
    return code if text is None else gettext(text) % values
