"""Material: one passage with several questions of other types under it (材料题)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PrivateAttr, SerializeAsAny, ValidationError, model_validator

from exams.domain import opaque_ids, responses, schema
from exams.domain.corrections import KeyPlace
from exams.domain.errors import InvalidCorrection, InvalidResponse, Problem
from exams.domain.marks import (
    Completeness,
    GradingPolicy,
    Mark,
    MarkState,
    PartMark,
    blank_mark,
    weighted_fraction,
)
from exams.domain.registry import QuestionType, get_type, question_types
from exams.domain.schema import PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo(
    "material",
    gettext_noop("Reading material"),
    "book",
    is_auto_graded=True,
    order=120,
    fits_passage=False,
    holds_questions=True,
)


class SubQuestion(Schema):
    """A question under the passage: its type, its worth beside the others, and its content parsed as that
    type's."""

    id: PartId
    type: str
    marks: Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)] = 1.0
    content: SerializeAsAny[BaseModel]

    @model_validator(mode="before")
    @classmethod
    def _parse_content(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or isinstance(data.get("content"), BaseModel):
            return data
        name = data.get("type")
        if name == TYPE.name:
            raise ValueError("a passage cannot stand inside a passage")
        if not isinstance(name, str) or name not in question_type_names():
            raise ValueError(f"there is no question type {str(name)[:40]!r}")
        return {**data, "content": get_type(name).parse_content(data.get("content"))}

    @property
    def question_type(self) -> QuestionType:
        """The type of this question."""
        return get_type(self.type)


def question_type_names() -> frozenset[str]:
    """Return the types that may stand under a passage."""

    return frozenset(question_types()) - {TYPE.name}


class Content(Schema):
    """The passage and its questions."""

    stem: RichText
    questions: Annotated[tuple[SubQuestion, ...], Field(min_length=1, max_length=30)]


class Key(Schema):
    """The key of each question, explanations by question, and whether single questions count."""

    questions: dict[PartId, dict[str, Any]]
    explanations: dict[PartId, RichText] = Field(default_factory=dict)
    grading: Literal["per_question", "all_or_nothing"] = "per_question"
    _parsed: dict[str, Any] = PrivateAttr(default_factory=dict)

    def of(self, question: SubQuestion, /) -> Any:
        """Return the key of one question as its type's model; parsed once."""
        if question.id not in self._parsed:
            self._parsed[question.id] = question.question_type.parse_key(self.questions[question.id])
        return self._parsed[question.id]


Response = dict[str, Any]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> dict[str, Any] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    given = {
        entry["id"]: get_type(entry["type"]).read_form(entry["content"], form, f"{name}.{entry['id']}")
        for entry in content["questions"]
    }
    return {id_: value for id_, value in given.items() if value is not None} or None


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the parsed response of each question that is not blank."""
    entries = responses.checked_mapping(raw, known=schema.ids_of(content.questions)) or {}
    parsed: Response = {}
    for question in content.questions:
        try:
            value = question.question_type.parse_response(question.content, entries.get(question.id))
        except InvalidResponse as error:
            raise InvalidResponse(error.message, field="/".join(filter(None, [question.id, error.field]))) from None
        if value is not None:
            parsed[question.id] = value
    return parsed or None


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return the mean of the questions by their marks, or all or nothing; pending while one of them is."""
    if response is None:
        return blank_mark()
    parts: list[PartMark] = []
    feedback: list[str] = []
    for question in content.questions:
        given = response.get(question.id)
        mark = question.question_type.grade(question.content, key.of(question), given, policy)
        text = question.question_type.summarise_response(question.content, given)
        parts.append(PartMark(question.id, mark.fraction, mark.is_correct, text, question.marks, mark.parts))
        feedback += [f"{question.id}/{id_}" for id_ in mark.feedback_ids]
    fraction = weighted_fraction(parts)
    if fraction is None:
        return Mark(None, MarkState.PENDING, tuple(parts), tuple(feedback))
    if key.grading == "all_or_nothing":
        fraction = float(all(part.is_correct for part in parts))
    return Mark(policy.clamp(fraction), MarkState.GRADED, tuple(parts), tuple(feedback))


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once every question is."""
    if response is None:
        return Completeness.UNANSWERED
    states = {q.question_type.completeness(q.content, response.get(q.id)) for q in content.questions}
    return Completeness.ANSWERED if states == {Completeness.ANSWERED} else Completeness.PARTLY


def _sub_problems(question: SubQuestion, key: Key) -> list[Problem]:
    if question.id not in key.questions:
        return [Problem(f"key.questions.{question.id}", "This question has no key.")]
    try:
        sub_key = key.of(question)
    except ValidationError as error:
        where = f"key.questions.{question.id}"
        return [Problem(".".join([where, *map(str, fault["loc"])]), fault["msg"]) for fault in error.errors()]
    found = question.question_type.validate(question.content, sub_key)
    inside = {"content": f"content.questions.{question.id}.content", "key": f"key.questions.{question.id}"}
    problems = []
    for problem in found:
        side, _, rest = problem.field.partition(".")
        problems.append(replace(problem, field=f"{inside[side]}.{rest}" if rest else inside[side]))
    return problems


def validate(content: Content, key: Key) -> list[Problem]:
    """Report what is wrong with any of the questions, by its own path."""
    ids = schema.ids_of(content.questions)
    problems = schema.repeated_ids("content.questions", content.questions)
    problems += schema.unknown_ids("key.questions", key.questions, ids)
    problems += schema.unknown_ids("key.explanations", key.explanations, ids)
    if key.grading == "all_or_nothing" and not all(q.question_type.info.is_auto_graded for q in content.questions):
        problems.append(Problem("key.grading", "All or nothing needs questions that no person marks."))
    for question in content.questions:
        problems += _sub_problems(question, key)
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """The options within each question may be shuffled; the questions follow the passage and may not."""
    return {
        f"{q.id}/{group}": ids
        for q in content.questions
        for group, ids in q.question_type.option_order(q.content).items()
    }


def drawn_groups(content: Content) -> dict[str, tuple[str, ...]]:
    """Return what is drawn within each question."""
    return {
        f"{q.id}/{group}": ids
        for q in content.questions
        for group, ids in q.question_type.drawn_groups(q.content).items()
    }


def bind(content: Content, order: Mapping[str, Sequence[str]]) -> Content:
    """Return the content with each question as it was drawn."""
    if not drawn_groups(content):
        return content
    bound = (
        q.model_copy(update={"content": q.question_type.bind(q.content, _inner(order, q))}) for q in content.questions
    )
    return content.model_copy(update={"questions": tuple(bound)})


def _inner(order: Mapping[str, Sequence[str]], question: SubQuestion) -> dict[str, Sequence[str]]:
    """Return what is said of one question: its frozen order, or what a corrected key says."""
    prefix = f"{question.id}/"
    return {group.removeprefix(prefix): ids for group, ids in order.items() if group.startswith(prefix)}


def conceal(content: dict[str, Any], key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rename the parts of each question as its type does."""
    questions, keys = [], dict(key["questions"])
    for entry in content["questions"]:
        inner, keys[entry["id"]] = get_type(entry["type"]).conceal(entry["content"], keys[entry["id"]])
        questions.append({**entry, "content": inner})
    return content | {"questions": questions}, key | {"questions": keys}


def rename_choices(
    content: Mapping[str, Any], key: Mapping[str, Any], name: opaque_ids.NameChoices
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Rename the options of each question, of a stored content and key, as its type does."""
    questions, keys = [], dict(key.get("questions", {}))
    for entry in content["questions"]:
        inner, inner_key = get_type(entry["type"]).rename_choices(
            entry["content"], keys.get(entry["id"], {}), partial(_name_inner, name, entry["id"])
        )
        questions.append({**entry, "content": inner})
        if entry["id"] in keys:
            keys[entry["id"]] = inner_key
    return {**content, "questions": questions}, {**key, "questions": keys}


def _name_inner(name: opaque_ids.NameChoices, id_: str, group: str, parts: opaque_ids.Parts) -> Mapping[str, str]:
    return name(f"{id_}/{group}", parts)


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the passage and what may be seen of each question."""
    questions = []
    for q in content.questions:
        shown = q.question_type.public_content(q.content, _inner(order, q))
        questions.append({"id": q.id, "type": q.type, "marks": q.marks, "content": shown})
    return {"stem": content.stem, "questions": questions}


def review_key(content: Content, key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored key with what reviews show of the key of each question."""
    inner = key.get("questions", {})
    shown = {q.id: q.question_type.review_key(q.content, inner[q.id]) for q in content.questions if q.id in inner}
    return {**key, "questions": shown}


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return the feedback of all questions by path."""
    return {
        f"{q.id}/{id_}": text
        for q in content.questions
        for id_, text in q.question_type.list_feedback(q.content, key.of(q)).items()
    }


def summarise(content: Content) -> str:
    """Return the passage and the questions, numbered."""
    numbered = (f"({n}) {q.question_type.summarise(q.content)}" for n, q in enumerate(content.questions, start=1))
    return "\n".join([one_line(content.stem), *numbered])


def summarise_key(content: Content, key: Key) -> str:
    """Return the keys, numbered."""
    return "\n".join(
        f"({n}) {q.question_type.summarise_key(q.content, key.of(q))}" for n, q in enumerate(content.questions, start=1)
    )


def summarise_response(content: Content, response: Response | None) -> str:
    """Return the responses, numbered."""
    if response is None:
        return ""
    return "\n".join(
        f"({n}) {q.question_type.summarise_response(q.content, response.get(q.id))}"
        for n, q in enumerate(content.questions, start=1)
    )


def _first_line(question: SubQuestion) -> str:
    """Return the stem of a question as plain text."""
    return question.question_type.summarise(question.content).partition("\n")[0]


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the places of each question, in order."""
    return tuple(
        replace(place, id=f"{q.id}/{place.id}", group=f"({n}) {_first_line(q)}")
        for n, q in enumerate(content.questions, start=1)
        for place in q.question_type.key_places(q.content, key.of(q))
    )


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key with the corrected keys of the questions of which something else is said."""
    keys = dict(key["questions"])
    for q in content.questions:
        if inner := _inner(given, q):
            try:
                keys[q.id] = q.question_type.key_with(q.content, keys[q.id], inner)
            except InvalidCorrection as error:
                raise InvalidCorrection(error.message, field=f"{q.id}/{error.field}") from None
    return {**key, "questions": keys}
