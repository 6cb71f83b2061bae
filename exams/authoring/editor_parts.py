"""Pieces that several editors share: options with feedback, typed answers, folding, worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.authoring.editor_form import Field, Rows, Values
from exams.domain.errors import InvalidQuestion, Problem
from exams.domain.rubric import MOST_LEVELS

STEM = Field(name="stem", label=_("Question"), kind="rich", help=_("Mathematics: \\( … \\)"))
WORTHS = (
    ("1", _("right (100 %)")),
    ("0.75", _("75 %")),
    ("0.5", _("50 %")),
    ("0.25", _("25 %")),
    ("0", _("wrong")),
    ("-0.25", _("-25 %")),
    ("-0.5", _("-50 %")),
)
TOLERANCE_KINDS = (
    ("absolute", _("plus or minus")),
    ("relative", _("a share of the number")),
    ("significant", _("significant figures")),
)
OPTION_ALIASES = {"fractions": "options", "correct": "options"}
"""Where problems of a choice's key are shown: beside its options."""
GRADING_PAIRS = (
    ("per_pair", _("for each pair")),
    ("all_or_nothing", _("all or nothing")),
    ("sum_of_fractions", _("the worths of the pairs are added up")),
)
CHOICE_RULES = (
    ("", _("as the paper says")),
    ("all_or_nothing", _("all or nothing")),
    ("partial_if_no_wrong", _("part for some right and none wrong")),
    ("sum_of_fractions", _("the shares are added up")),
    ("net_correct", _("right ones less wrong ones")),
    ("each_option", _("for each option judged rightly")),
)


def number_text(value: float | None) -> str:
    """Return a number as an author types it; empty for none."""
    return "" if value is None else repr(value).removesuffix(".0")


def worth_field(default: str = "0") -> Field:
    """Return the input that says what an answer is worth."""
    return Field(name="worth", label=_("Worth"), kind="choice", choices=WORTHS, default=default)


def worth_value(fraction: float) -> str:
    """Return a fraction as the worth input holds it."""
    return repr(float(fraction)).removesuffix(".0")


def worth_from(text: str) -> float:
    """Return the fraction of a worth input; InvalidQuestion when somebody sent another text."""
    return number_or_none(text, "worth") or 0.0


def number_or_none(text: str, name: str) -> float | int | None:
    """Return a typed number, whole where it is; None for an empty field, InvalidQuestion for anything else."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise InvalidQuestion((Problem(name, f"This is not a number: {text[:40]}"),)) from error
    if value != value or value in {float("inf"), float("-inf")}:
        raise InvalidQuestion((Problem(name, f"This is not a number: {text[:40]}"),))
    return int(value) if value.is_integer() and "e" not in text.lower() else value


def is_empty_row(row: Mapping[str, Any], *names: str) -> bool:
    """Whether nothing was written into any of the named inputs: such a row is left out."""
    return not any(str(row.get(name, "")).strip() for name in names)


def sorted_by_hidden(rows: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """Return rows in the order of a hidden list of ids, new ones at the end."""
    places = {id_: place for place, id_ in enumerate(order.split(","))}
    return sorted(rows, key=lambda row: places.get(row["id"], len(places)))


def option_rows(
    judge: Field, *, start: int, more: Sequence[Field] = (), when: tuple[str, frozenset[str]] | None = None
) -> Rows:
    """Return the rows of a choice: text, whether or how far it is right, feedback."""
    return Rows(
        name="options",
        label=_("Options"),
        row_label=_("Option"),
        add_label=_("Add an option"),
        start=start,
        when=when,
        fields=(
            Field(name="text", label=_("Text"), kind="rich"),
            judge,
            Field(name="feedback", label=_("Why it is right or wrong"), kind="rich"),
            *more,
        ),
    )


ANSWER_ROWS = Rows(
    name="answers",
    label=_("Accepted answers"),
    row_label=_("Answer"),
    add_label=_("Add an answer"),
    has_ids=False,
    help=_("The first that fits decides. In short answers * stands for any text."),
    fields=(
        Field(name="text", label=_("Answer")),
        worth_field(default="1"),
        Field(name="feedback", label=_("Feedback"), kind="rich", is_minor=True),
    ),
)
FOLDING = (
    Field(name="fold_case", label=_("Capitals do not matter"), kind="check", default=True, is_minor=True),
    Field(name="fold_width", label=_("Full and half width are the same"), kind="check", default=True, is_minor=True),
    Field(name="fold_space", label=_("Spaces do not matter"), kind="check", default=True, is_minor=True),
    Field(name="fold_punctuation", label=_("Punctuation does not matter"), kind="check", default=False, is_minor=True),
    Field(name="fold_ends", label=_("Spaces at the ends do not matter"), kind="check", default=False, is_minor=True),
    Field(
        name="fold_notation",
        label=_("Mathematics may be written either way: x² or x^2, ≤ or <=, H₂O or H2O"),
        help=_("Only where full and half width are the same."),
        kind="check",
        default=True,
        is_minor=True,
    ),
)
NUMBER_ROWS = Rows(
    name="numerics",
    label=_("Several accepted numbers, instead of the one above"),
    row_label=pgettext_lazy("value", "Number"),
    add_label=_("Add a number"),
    has_ids=False,
    start=0,
    help=_("The first that fits decides; * stands for any number."),
    fields=(
        Field(name="value", label=pgettext_lazy("value", "Number"), kind="number"),
        Field(name="tolerance", label=_("Tolerance"), kind="number", default="0"),
        Field(
            name="tolerance_kind",
            label=_("Tolerance is"),
            kind="choice",
            choices=TOLERANCE_KINDS,
            default="absolute",
        ),
        worth_field(default="1"),
        Field(name="feedback", label=_("Feedback"), kind="rich", is_minor=True),
    ),
)
_TYPED = frozenset({"text", "wildcard", "regex", ""})
_NUMERIC = frozenset({"numeric"})
BLANK_KEY: tuple[Field | Rows, ...] = (
    Field(
        name="match",
        label=_("Compare as"),
        kind="choice",
        choices=(
            ("text", pgettext_lazy("comparison", "text")),
            ("numeric", _("a number")),
            ("wildcard", _("a text in which * stands for any letters")),
            ("regex", _("a regular expression")),
        ),
        default="text",
        refreshes=True,
    ),
    replace(ANSWER_ROWS, when=("match", _TYPED)),
    *(replace(part, when=("match", _TYPED)) for part in FOLDING),
    Field(name="value", label=pgettext_lazy("value", "Number"), kind="number", when=("match", _NUMERIC)),
    Field(name="tolerance", label=_("Tolerance"), kind="number", default="0", when=("match", _NUMERIC)),
    Field(
        name="tolerance_kind",
        label=_("Tolerance is"),
        kind="choice",
        choices=TOLERANCE_KINDS,
        default="absolute",
        when=("match", _NUMERIC),
    ),
    replace(NUMBER_ROWS, when=("match", _NUMERIC)),
    Field(name="weight", label=_("Weight beside the others"), kind="number", default="1", is_minor=True),
)

_TYPED_GAP = ("kind", frozenset({"text"}))
_NUMERIC_GAP = ("kind", frozenset({"numeric"}))
GAP_KEY: tuple[Field | Rows, ...] = (
    Field(
        name="match",
        label=_("Compare as"),
        kind="choice",
        choices=(
            ("text", pgettext_lazy("comparison", "text")),
            ("wildcard", _("a text in which * stands for any letters")),
            ("regex", _("a regular expression")),
        ),
        default="text",
        when=_TYPED_GAP,
    ),
    replace(ANSWER_ROWS, when=_TYPED_GAP),
    *(replace(part, when=_TYPED_GAP) for part in FOLDING),
    *(
        replace(part, when=_NUMERIC_GAP)
        for part in BLANK_KEY
        if part.name in {"value", "tolerance", "tolerance_kind", "numerics"}
    ),
    Field(name="size", label=_("Width in characters"), kind="number", default="8", is_minor=True),
    Field(name="weight", label=_("Weight beside the others"), kind="number", default="1", is_minor=True),
)


RUBRIC: tuple[Field | Rows, ...] = (
    Rows(
        name="rubric",
        label=_("Rubric"),
        row_label=_("Criterion"),
        add_label=_("Add a criterion"),
        prefix="r",
        help=_("The points share out the marks of the question."),
        fields=(
            Field(name="criterion", label=_("What the marker looks for"), kind="rich"),
            Field(name="points", label=_("Points"), kind="number"),
            Rows(
                name="levels",
                label=_("Levels in words"),
                row_label=pgettext_lazy("rubric", "Level"),
                add_label=_("Add a level"),
                start=0,
                has_ids=False,
                is_ordered=False,
                is_compact=True,
                maximum=MOST_LEVELS,
                help=_("What an answer is like that earns so many points: markers choose by it, learners read it."),
                fields=(
                    Field(name="points", label=_("Points"), kind="number"),
                    Field(name="text", label=_("What the answer is like"), kind="long"),
                ),
            ),
        ),
    ),
    Field(name="model_answer", label=_("Model answer"), kind="rich"),
)
UNITS: tuple[Field | Rows, ...] = (
    Rows(
        name="units",
        label=_("Units the learner may type"),
        row_label=_("Unit"),
        add_label=_("Add a unit"),
        start=0,
        has_ids=False,
        fields=(
            Field(name="name", label=_("Unit")),
            Field(name="factor", label=_("One of it is so many of the base unit"), kind="number"),
        ),
    ),
    Field(name="unit_required", label=_("The unit has to be typed"), kind="check", default=False),
)


def rubric_values(key: Mapping[str, Any]) -> Values:
    """Return rubric and model answer of a key as form values."""
    lines = [
        {
            "id": line["id"],
            "criterion": line["criterion"],
            "points": number_text(line["points"]),
            "levels": [
                {"points": number_text(level["points"]), "text": level["text"]} for level in line.get("levels", ())
            ],
        }
        for line in key.get("rubric", ())
    ]
    return {"rubric": lines, "model_answer": key.get("model_answer", "")}


def rubric_from(values: Values) -> dict[str, Any]:
    """Return rubric and model answer for a key."""
    rubric = [
        {"id": row["id"], "criterion": row["criterion"], "points": number_or_none(row["points"], "points") or 0}
        | _levels_from(row.get("levels", ()))
        for row in values["rubric"]
        if not is_empty_row(row, "criterion", "points")
    ]
    return {"rubric": rubric, "model_answer": values["model_answer"]}


def _levels_from(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    levels = [
        {"points": number_or_none(row["points"], "points") or 0, "text": row["text"]}
        for row in rows
        if not is_empty_row(row, "points", "text")
    ]
    return {"levels": levels} if levels else {}


def units_values(key: Mapping[str, Any]) -> list[Values]:
    """Return the units of a key as rows."""
    return [{"name": name, "factor": str(factor)} for name, factor in key.get("units", {}).items()]


def units_from(values: Values) -> dict[str, str]:
    """Return the units for a key."""
    return {row["name"]: row["factor"] for row in values["units"] if not is_empty_row(row, "name", "factor")}


def folding_values(key: Mapping[str, Any]) -> Values:
    """Return the folding switches of a key."""
    return {part.name: bool(key.get(part.name, part.default)) for part in FOLDING}


def folding_from(values: Values) -> dict[str, bool]:
    """Return the folding switches for a key."""
    return {part.name: bool(values[part.name]) for part in FOLDING}


def text_answers_values(answers: Iterable[Mapping[str, Any]]) -> list[Values]:
    """Return accepted texts as rows."""
    return [
        {
            "text": answer["text"],
            "worth": worth_value(answer.get("fraction", 1)),
            "feedback": answer.get("feedback", ""),
        }
        for answer in answers
    ]


def text_answers_from(rows: Iterable[Values]) -> list[dict[str, Any]]:
    """Return accepted texts for a key; rows without anything in them are left out."""
    return [
        {"text": row["text"], "fraction": worth_from(row["worth"]), "feedback": row["feedback"]}
        for row in rows
        if not is_empty_row(row, "text", "feedback")
    ]


def number_answers_values(answers: Iterable[Mapping[str, Any]]) -> list[Values]:
    """Return accepted numbers as rows."""
    return [
        {
            "value": str(answer["value"]),
            "tolerance": str(answer.get("tolerance", "0")),
            "tolerance_kind": answer.get("tolerance_kind", "absolute"),
            "worth": worth_value(answer.get("fraction", 1)),
            "feedback": answer.get("feedback", ""),
        }
        for answer in answers
    ]


def number_answers_from(rows: Iterable[Values]) -> list[dict[str, Any]]:
    """Return accepted numbers for a key; rows without anything in them are left out."""
    return [
        {
            "value": row["value"],
            "tolerance": row["tolerance"] or "0",
            "tolerance_kind": row["tolerance_kind"] or "absolute",
            "fraction": worth_from(row["worth"]),
            "feedback": row["feedback"],
        }
        for row in rows
        if not is_empty_row(row, "value", "feedback")
    ]


def ids_from(text: str) -> list[str]:
    """Return ids that an author typed with commas or spaces between them."""
    return text.replace(",", " ").replace("，", " ").replace("、", " ").split()


def blank_key_values(key: Mapping[str, Any]) -> Values:
    """Return the key of one blank as form values."""
    numeric = key.get("numeric") or {}
    return {
        "match": key.get("match", "text"),
        "answers": text_answers_values(key.get("answers", ())),
        "value": str(numeric.get("value", "")),
        "tolerance": str(numeric.get("tolerance", "0")),
        "tolerance_kind": numeric.get("tolerance_kind", "absolute"),
        "numerics": number_answers_values(key.get("numerics", ())),
        "weight": repr(float(key.get("weight", 1))).removesuffix(".0"),
        **folding_values(key),
    }


def blank_key_from(row: Values) -> dict[str, Any]:
    """Return the key of one blank from its row."""
    match = row["match"] or "text"
    key: dict[str, Any] = {"match": match, "weight": number_or_none(row["weight"], "weight") or 1}
    if match == "numeric":
        numerics = number_answers_from(row["numerics"])
        if row["value"] or not numerics:
            key["numeric"] = {
                "value": row["value"],
                "tolerance": row["tolerance"] or "0",
                "tolerance_kind": row["tolerance_kind"] or "absolute",
            }
        if numerics:
            key["numerics"] = numerics
    else:
        key["answers"] = text_answers_from(row["answers"])
        key |= folding_from(row)
    return key
