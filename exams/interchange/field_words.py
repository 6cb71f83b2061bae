"""The fields of remarks in the words of their reader: a path into a record, or a column of the file, as what an author
calls it."""

import re

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from exams.interchange.formats.question_vocabulary import column_of

_WORDS = {
    "type": gettext_lazy("Type"),
    "content": gettext_lazy("Question"),
    "stem": gettext_lazy("Question"),
    "sub_stem": gettext_lazy("Sub-question"),
    "options": gettext_lazy("Options"),
    "variants": gettext_lazy("Variants"),
    "gaps": gettext_lazy("Gaps"),
    "blanks": gettext_lazy("Blanks"),
    "items": gettext_lazy("Items"),
    "left": gettext_lazy("Left side"),
    "right": gettext_lazy("Right side"),
    "categories": gettext_lazy("Categories"),
    "regions": gettext_lazy("Regions"),
    "areas": gettext_lazy("Areas"),
    "picture": gettext_lazy("Picture"),
    "image": gettext_lazy("Picture"),
    "questions": gettext_lazy("Sub-questions"),
    "key": gettext_lazy("Answer"),
    "answer": gettext_lazy("Answer"),
    "answers": gettext_lazy("Answer"),
    "correct": gettext_lazy("Answer"),
    "pairs": gettext_lazy("Pairs"),
    "placement": gettext_lazy("Categories"),
    "order": gettext_lazy("Order"),
    "accepted": gettext_lazy("Order"),
    "order_free": gettext_lazy("Order"),
    "fractions": gettext_lazy("Marks of the options"),
    "feedback": gettext_lazy("Feedback"),
    "hint": gettext_lazy("Hint"),
    "tolerance": gettext_lazy("Tolerance"),
    "units": gettext_lazy("Units"),
    "variables": gettext_lazy("Variables"),
    "formula": gettext_lazy("Formula"),
    "rubric": gettext_lazy("Rubric"),
    "graderinfo": gettext_lazy("Rubric"),
    "model_answer": gettext_lazy("Model answer"),
    "responsetemplate": gettext_lazy("Start of the answer"),
    "min_words": gettext_lazy("Least length"),
    "max_words": gettext_lazy("Greatest length"),
    "kinds": gettext_lazy("Kinds of files"),
    "grading": gettext_lazy("Way of marking"),
    "shuffleanswers": gettext_lazy("Shuffled options"),
    "shuffle": gettext_lazy("Shuffled options"),
    "explanation": gettext_lazy("Explanation"),
    "explanations": gettext_lazy("Explanation"),
    "topic": gettext_lazy("Topic"),
    "topic_2": gettext_lazy("Topic"),
    "difficulty": gettext_lazy("Difficulty"),
    "marks": pgettext_lazy("question", "Marks"),
    "tags": gettext_lazy("Tags"),
    "source": gettext_lazy("Source"),
    "ref": gettext_lazy("Reference"),
    "language": gettext_lazy("Language"),
    "name": gettext_lazy("Name of the question"),
    "attachments": gettext_lazy("Pictures and sounds"),
    "number": gettext_lazy("Number"),
}
_OPTION = re.compile(r"(?:option|right)_([a-z])")
_PART = re.compile(r"[lq](\d{1,3})")
_PATH = re.compile(r"(?:content|key|[lq]\d{1,3})(?:\.[A-Za-z0-9_-]+)+|[a-z][a-z0-9_]*")


def field_words(field: str, /) -> str:
    """Return a field of a remark for a page, in the reader's language.

    A path into a record (`content.options.1.text`, `q2.answer`, `option_b`) becomes what it means: “Option B”,
    “Sub-question 2: Answer”. A column of the file keeps its name where the reader's language is that of the column,
    else it stands in brackets behind what it means: “Question (题干)”. What else a file names stays as it is.
    """
    if field in _WORDS or "." in field or _OPTION.fullmatch(field):
        return _path_words(field) or field
    column = column_of(field)
    if not column:
        return field
    is_chinese = (get_language() or "").startswith("zh")
    words = _path_words(column)
    if not words or words == field or is_chinese != field.isascii():
        return field
    return _("%(words)s (%(column)s)") % {"words": words, "column": field}


def _path_words(path: str) -> str:
    """Return what a path means; empty for one that is none of ours."""
    if not _PATH.fullmatch(path):
        return ""
    parts = path.split(".")
    number, rest = _sub_question(parts)
    words = _last_word(rest)
    if number:
        said = _("Sub-question %(n)s") % {"n": number}
        return f"{said}: {words}" if words else said
    return words


def _sub_question(parts: list[str]) -> tuple[int, list[str]]:
    """Return the number of the sub-question that a path leads into, from 1 (0: none), and the rest of the path."""
    if found := _PART.fullmatch(parts[0]):
        return int(found[1]), parts[1:]
    if len(parts) > 2 and parts[1] == "questions":
        if parts[2].isdecimal():
            return int(parts[2]) + 1, parts[3:] or ["content"]
        if found := _PART.fullmatch(parts[2]):
            return int(found[1]), parts[3:] or parts[:1]
    return 0, parts


def _last_word(parts: list[str]) -> str:
    """Return the deepest part that has a word, with the letter of the option it is about."""
    for at in range(len(parts) - 1, -1, -1):
        name = parts[at]
        letter = ""
        if found := _OPTION.fullmatch(name):
            letter = found[1].upper()
        elif name == "options" and at + 1 < len(parts) and parts[at + 1].isdecimal() and int(parts[at + 1]) < 26:
            letter = chr(ord("A") + int(parts[at + 1]))
        if letter:
            return _("Option %(letter)s") % {"letter": letter}
        if name in _WORDS:
            return str(_WORDS[name])
    return ""
