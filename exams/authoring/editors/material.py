"""The form of reading material: a passage and questions of other types under it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.authoring import editors
from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Text, Values
from exams.authoring.editor_parts import (
    OPTION_ALIASES,
    number_or_none,
    number_text,
)
from exams.view_models import TYPE_LABELS


def _variants() -> tuple[tuple[str, Text], ...]:
    """Return the types that may stand under a passage, with their labels."""
    return tuple((name, TYPE_LABELS[name]) for name in editors.list_variants())


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    rows = []
    for question in content["questions"]:
        inner = editors.get_editor(question["type"])
        rows.append(
            {
                **inner.load(question["content"], key.get("questions", {}).get(question["id"], {})),
                "id": question["id"],
                "type": question["type"],
                "marks": number_text(question.get("marks", 1))
                if not isinstance(question.get("marks"), str)
                else question["marks"],
                "explanation": key.get("explanations", {}).get(question["id"], ""),
            }
        )
    return {"stem": content["stem"], "questions": rows, "grading": key.get("grading", "per_question")}


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    questions: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}
    for row in values["questions"]:
        content, key = editors.get_editor(row["type"]).dump(row)
        number = number_or_none(row["marks"], "marks")
        questions.append(
            {"id": row["id"], "type": row["type"], "marks": 1 if number is None else number, "content": content}
        )
        keys[row["id"]] = key
    explanations = {row["id"]: row["explanation"] for row in values["questions"] if row["explanation"]}
    key = {"questions": keys, "explanations": explanations, "grading": values["grading"] or "per_question"}
    return {"stem": values["stem"], "questions": questions}, key


def derive(values: Values) -> None:
    """Fill in what the forms of the questions only show."""
    for row in values["questions"]:
        if row["type"] in editors.editors():
            editors.get_editor(row["type"]).derive(row)


EDITOR = Editor(
    type="material",
    hint=_("A passage with several questions."),
    layout=(
        Field(
            name="stem",
            label=_("Material"),
            kind="rich",
            help=_("The passage, table or case that all questions share."),
        ),
        Rows(
            name="questions",
            label=_("Questions on the material"),
            row_label=_("Sub-question"),
            add_label=_("Add a question"),
            prefix="q",
            variant="type",
            fields=(
                Field(
                    name="type",
                    label=_("Type"),
                    kind="choice",
                    choices=_variants,
                    default="single_choice",
                    refreshes=True,
                ),
                Field(name="marks", label=pgettext_lazy("question", "Marks"), kind="number", default="1"),
                Field(name="explanation", label=_("Explanation"), kind="rich"),
            ),
        ),
        Field(
            name="grading",
            label=_("How it is marked"),
            kind="choice",
            choices=(("per_question", _("for each question")), ("all_or_nothing", _("all or nothing"))),
            default="per_question",
        ),
    ),
    load=load,
    dump=dump,
    derive=derive,
    aliases=OPTION_ALIASES | {"explanations": "questions", "order": "items", "placement": "items", "left": "pairs"},
)
