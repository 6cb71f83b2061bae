"""From the parts of one question, as a person wrote them, to a record with what is wrong and what was guessed. Pure;
the one core behind text, Word, tables and foreign JSON."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from exams.domain.grading import check_question
from exams.domain.text import one_line, plain_text
from exams.interchange.formats.base import NO_VALUES, Remark, Values, gettext_noop
from exams.interchange.formats.question_keys import (
    CHOICES,
    Unclear,
    builder_of,
    gap_spans,
    is_list_for_several,
    letters_in,
)
from exams.interchange.formats.question_sharing import gaps_with_options, shared_options
from exams.interchange.formats.question_vocabulary import (
    AMBIGUOUS_TYPES,
    DIFFICULTIES,
    MORE_DIFFICULTIES,
    TYPE_HINTS,
    TYPE_NAMES,
    folded,
    truth_of,
)

__all__ = ["Block", "Built", "Unclear", "build"]

MAXIMUM_SOURCE = 4_000
MAXIMUM_TOPIC_DEPTH = 3
SHORT_ANSWER = 20
LONG_ANSWER = 60
_STARS = re.compile(r"\s*(★+)[☆\s]*\Z")
_EMPTY_STEM = gettext_noop("The question is empty.")
_UNKNOWN_TYPE = gettext_noop("This type is not known. Use one of the names in the template.")
_NO_TYPE = gettext_noop("The type is missing.")
_GUESSED_TYPE = gettext_noop("No type is given; it was read as: %(type)s.")
_OTHER_TYPE = gettext_noop("“%(name)s” is no type of ours; it was read as: %(type)s.")
_NO_DIFFICULTY = gettext_noop("Write a number from 1 to 5, or 易, 中, 难.")
_FACILITY = gettext_noop("The difficulty %(text)s was taken for the share of right answers: level %(level)s of 5.")
_UNKNOWN_DIFFICULTY = gettext_noop("The difficulty “%(text)s” is not known; 3 of 5 was set.")
_NO_MARKS = gettext_noop("The marks must be a number.")
_DEEP_TOPIC = gettext_noop("The topic has more than three levels; the lower ones were joined.")
_NO_MODEL_ANSWER = gettext_noop("There is no model answer.")
_UNFIT = "%(problem)s"


@dataclass(kw_only=True)
class Block:
    """The parts of one question. `stem`, options, `answer` and `explanation` are rich text; the rest is plain.

    `type_hint` is what the file calls its type; `is_table` says that it stood in a column of a table, whose words are
    taken strictly. `is_listed` says that the options stand apart from the text, so that a list of answers is of one
    question. `answers` are the answers one by one where the file lists them. `parts` are the questions under a
    passage, whose text is `stem`; where `is_shared`, they choose from the `options` of the whole. `gap_options` are the
    options of each numbered gap of the stem.
    """

    row: int
    stem: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    answer: str = ""
    answers: tuple[str, ...] = ()
    explanation: str = ""
    difficulty: str = ""
    topic: Sequence[str] = ()
    type_hint: str = ""
    marks: str = ""
    marks_each: str = ""
    tags: Sequence[str] = ()
    source: str = ""
    ref: str = ""
    file: str = ""
    is_table: bool = False
    needs_type: bool = False
    is_listed: bool = False
    parts: list["Block"] = field(default_factory=list)
    is_shared: bool = False
    gap_options: list[tuple[int, list[tuple[str, str]]]] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    doubts: list[Remark] = field(default_factory=list)
    losses: list[Remark] = field(default_factory=list)

    def remark(self, place: str, text: str, values: Values = NO_VALUES, /) -> Remark:
        """Return a remark about one of its parts."""
        return Remark(row=self.row, field=place, text=text, values=values, file=self.file)

    def doubt(self, place: str, text: str, values: Values = NO_VALUES, /) -> None:
        """Note what was decided by a guess."""
        remark = self.remark(place, text, values)
        if remark not in self.doubts:
            self.doubts.append(remark)

    def problem(self, place: str, text: str, values: Values = NO_VALUES, /) -> None:
        """Note why it cannot be imported as it stands."""
        self.problems.append(self.remark(place, text, values))


@dataclass(frozen=True, kw_only=True)
class Built:
    """A record, or as much of it as was understood, with its problems, doubts and losses."""

    record: dict[str, Any]
    problems: tuple[Remark, ...]
    doubts: tuple[Remark, ...]
    losses: tuple[Remark, ...] = ()


def build(block: Block, /) -> Built:
    """Return the record of a block; whatever is unclear about it is a problem, never a guess in silence."""
    type_, content, key = _question(block)
    record = {
        "type": type_,
        "content": content,
        "key": key,
        "ref": block.ref,
        "topic": _topic(block),
        "difficulty": _difficulty(block),
        "marks": _marks(block, type_, content),
        "tags": [tag for tag in block.tags if tag],
        "explanation": block.explanation,
        "source": block.source,
    }
    if not block.problems:
        _check(block, record)
    return Built(
        record=record,
        problems=tuple(block.problems),
        doubts=tuple(block.doubts),
        losses=tuple(block.losses),
    )


def _question(block: Block) -> tuple[str, dict[str, Any], dict[str, Any]]:
    if block.parts and not block.is_shared:
        return ("material", *_material(block))
    if block.is_shared or block.gap_options:
        type_ = "matching" if block.is_shared else "cloze"
        try:
            return (type_, *(shared_options(block) if block.is_shared else gaps_with_options(block)))
        except Unclear as unclear:
            block.problem(unclear.place, unclear.text, unclear.values)
            return type_, _draft(type_, block), {}
    type_ = _type_of(block)
    try:
        if not block.stem.strip():
            raise Unclear("stem", _EMPTY_STEM)
        return (type_, *builder_of(type_)(block))
    except Unclear as unclear:
        block.problem(unclear.place, unclear.text, unclear.values)
        return type_, _draft(type_, block), {}


def _draft(type_: str, block: Block) -> dict[str, Any]:
    """Return as much of the content as can be shown in the preview."""
    content: dict[str, Any] = {"stem": block.stem}
    if type_ in CHOICES:
        content["options"] = [{"id": letter.lower(), "text": text} for letter, text in block.options]
    return content


def _type_of(block: Block) -> str:
    name = folded(block.type_hint)
    known = TYPE_HINTS.get(name, "")
    if block.is_table:
        if known:
            return known
        if block.type_hint:
            block.problem("type", _UNKNOWN_TYPE)
        elif block.needs_type:
            block.problem("type", _NO_TYPE)
        return _inferred(block, "")
    # A heading such as 案例分析题 stands over questions of every kind; options make a choice of them.
    is_choice = len(block.options) >= 2 and known in ("essay", "fill_blank")
    if known and name not in AMBIGUOUS_TYPES and not (is_choice and _may_be_letters(block)):
        return known
    found = _inferred(block, known)
    if block.type_hint and not known:
        block.doubt("type", _OTHER_TYPE, {"name": block.type_hint[:60], "type": _name_of(found)})
    return found


def _may_be_letters(block: Block) -> bool:
    """Tell whether the answer is missing or names options."""
    return not block.answer.strip() or letters_in(block) is not None


def _inferred(block: Block, hint: str) -> str:
    """Return the type by the look of the question; a doubt wherever another reading is as good."""
    # Options shared by all gaps of a passage are each used once; repeated letters are of questions with their own.
    is_shared = 1 < len(block.answers) == len(set(block.answers)) <= len(block.options)
    if is_shared and gap_spans(block.stem, len(block.answers)):
        return "cloze"
    if block.options:
        letters = letters_in(block)
        return "multiple_choice" if letters and len(letters) > 1 else "single_choice"
    if is_list_for_several(block):
        return "single_choice"
    answer = one_line(block.answer).strip()
    if truth_of(answer) is not None and not answer.isdecimal():
        return "true_false"
    if re.fullmatch(r"[A-G]{1,6}", answer) and not hint:
        guessed = "single_choice"
    elif ("____" in block.stem and len(answer) <= LONG_ANSWER) or _has_blanks(builder_of("fill_blank"), block):
        guessed = "fill_blank"
    elif hint == "numerical" and re.fullmatch(r"[+-]?[\d.,]+\s*\D{0,20}", answer):
        guessed = "numerical"
    elif hint:
        guessed = "essay"
    else:
        is_word = 0 < len(answer) <= SHORT_ANSWER and not re.search(r"[\n。；;]", plain_text(block.answer).strip())
        guessed = "short_text" if is_word else "essay"
    if not block.type_hint:
        block.doubt("type", _GUESSED_TYPE, {"type": _name_of(guessed)})
    return guessed


def _name_of(type_: str) -> str:
    """Return the name of a type in both languages, as the template has it."""
    names = TYPE_NAMES.get(type_, (type_,))
    return f"{names[0]} / {names[-1]}"


def _has_blanks(builder: Any, block: Block) -> bool:
    """Tell whether the stem has blanks and as many answers."""
    trial = Block(row=block.row, stem=block.stem, answer=block.answer, answers=block.answers)
    try:
        builder(trial)
    except Unclear:
        return False
    return not any(remark.field == "stem" for remark in trial.doubts)


def _material(block: Block) -> tuple[dict[str, Any], dict[str, Any]]:
    if not block.stem.strip():
        block.problem("stem", _EMPTY_STEM)
    questions, keys, explanations = [], {}, {}
    for number, part in enumerate(block.parts, start=1):
        type_, content, key = _question(part)
        id_ = f"q{number}"
        marks = _number(part.marks) or Decimal(1)
        questions.append({"id": id_, "type": type_, "marks": float(marks), "content": content})
        keys[id_] = key
        if part.explanation.strip():
            explanations[id_] = part.explanation
        for found, notes in ((part.problems, block.problems), (part.doubts, block.doubts), (part.losses, block.losses)):
            notes += [
                Remark(row=one.row, field=f"{id_}.{one.field}", text=one.text, values=one.values, file=one.file)
                for one in found
            ]
    return {"stem": block.stem, "questions": questions}, {"questions": keys, "explanations": explanations}


def _topic(block: Block) -> list[str]:
    path = [name.strip() for name in block.topic if name.strip()]
    if len(path) > MAXIMUM_TOPIC_DEPTH:
        block.doubt("topic", _DEEP_TOPIC)
        path = [*path[: MAXIMUM_TOPIC_DEPTH - 1], " / ".join(path[MAXIMUM_TOPIC_DEPTH - 1 :])]
    return path


def _difficulty(block: Block) -> int:
    text = block.difficulty.strip()
    if not text:
        return 3
    if text.isdecimal() and 1 <= int(text) <= 5:
        return int(text)
    word = folded(text).removesuffix("题")
    for words in (DIFFICULTIES, MORE_DIFFICULTIES):
        if word in words:
            return words[word]
    if (stars := _STARS.fullmatch(text)) and len(stars[1]) <= 5:
        return len(stars[1])
    number = _number(text)
    if number is not None and 0 < number < 1:
        level = 1 + sum(number < Decimal(edge) for edge in ("0.9", "0.7", "0.5", "0.3"))
        block.doubt("difficulty", _FACILITY, {"text": text[:20], "level": level})
        return level
    if block.is_table:
        block.problem("difficulty", _NO_DIFFICULTY)
    else:
        block.doubt("difficulty", _UNKNOWN_DIFFICULTY, {"text": text[:40]})
    return 3


def _number(text: str) -> Decimal | None:
    found = re.fullmatch(r"\s*(\d{1,5}(?:\.\d{1,6})?)\s*分?\s*", text)
    return Decimal(found[1]) if found else None


def _marks(block: Block, type_: str, content: Mapping[str, Any]) -> str:
    """Return the marks: as given, as so much for each blank or question, or 1."""
    if block.is_shared and not block.marks:
        return f"{sum((_number(part.marks) or Decimal(1) for part in block.parts), Decimal(0)):f}"
    if type_ == "material" and not block.marks:
        return f"{sum(Decimal(str(question['marks'])) for question in content['questions']):f}"
    if block.marks:
        number = _number(block.marks)
        if number is None:
            (block.problem if block.is_table else block.doubt)("marks", _NO_MARKS)
        return "1" if number is None else f"{number:f}"
    each = _number(block.marks_each)
    blanks = content.get("blanks", ())
    return f"{each * max(1, len(blanks)):f}" if each is not None else "1"


def _check(block: Block, record: Mapping[str, Any]) -> None:
    """Hold the record against the rules of its type, so that nothing passes here that would fail later."""
    try:
        faults = check_question(type_name=record["type"], content=record["content"], key=record["key"])
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            block.problem(".".join(map(str, fault["loc"])), _UNFIT, {"problem": fault["msg"]})
    for found in faults:
        block.problem(found.field, _UNFIT, {"problem": found.message})
    if record["type"] == "essay" and not record["key"].get("model_answer") and not block.is_table:
        block.doubt("answer", _NO_MODEL_ANSWER)
