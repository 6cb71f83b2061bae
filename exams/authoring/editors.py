"""One editor a question type: the layout of its form, and the way between form values and content + key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.authoring.editor_form import Field, Layout, Rows, Values
from exams.authoring.editor_parts import (
    ANSWER_ROWS,
    BLANK_KEY,
    FOLDING,
    GAP_KEY,
    GRADING_PAIRS,
    STEM,
    TOLERANCE_KINDS,
    blank_key_from,
    blank_key_values,
    folding_from,
    folding_values,
    is_empty_row,
    number_or_none,
    option_rows,
    sorted_by_hidden,
    text_answers_from,
    text_answers_values,
    worth_field,
    worth_from,
    worth_value,
)
from exams.domain.errors import UnknownQuestionType

Pair = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Editor:
    """How questions of a type are written: layout, values from content and key, content and key from values."""

    type: str
    layout: Layout
    load: Callable[[Mapping[str, Any], Mapping[str, Any]], Values]
    dump: Callable[[Values], Pair]
    aliases: Mapping[str, str] = field(default_factory=dict)


# -- choice -----------------------------------------------------------------------------------------
def _load_single(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    fractions, feedback = key.get("fractions", {}), key.get("feedback", {})
    rows = [
        {**option, "worth": worth_value(fractions.get(option["id"], 0)), "feedback": feedback.get(option["id"], "")}
        for option in content["options"]
    ]
    return {"stem": content["stem"], "options": rows}


def _dump_single(values: Values) -> Pair:
    rows = [row for row in values["options"] if not is_empty_row(row, "text", "feedback")]
    key = {
        "fractions": {row["id"]: worth_from(row["worth"]) for row in rows if worth_from(row["worth"]) != 0},
        "feedback": {row["id"]: row["feedback"] for row in rows if row["feedback"]},
    }
    return {"stem": values["stem"], "options": [{"id": row["id"], "text": row["text"]} for row in rows]}, key


def _load_multiple(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    rows = [
        {
            **option,
            "right": option["id"] in key.get("correct", ()),
            "share": number_text(key.get("fractions", {}).get(option["id"])),
            "feedback": key.get("feedback", {}).get(option["id"], ""),
        }
        for option in content["options"]
    ]
    return {"stem": content["stem"], "options": rows}


def number_text(value: float | None) -> str:
    """Return a number as an author types it; empty for none."""
    return "" if value is None else repr(value).removesuffix(".0")


def _dump_multiple(values: Values) -> Pair:
    rows = [row for row in values["options"] if not is_empty_row(row, "text", "feedback")]
    key: dict[str, Any] = {
        "correct": [row["id"] for row in rows if row["right"]],
        "fractions": {row["id"]: number_or_none(row["share"], "share") for row in rows if row["share"]},
        "feedback": {row["id"]: row["feedback"] for row in rows if row["feedback"]},
    }
    return {"stem": values["stem"], "options": [{"id": row["id"], "text": row["text"]} for row in rows]}, key


def _load_true_false(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    feedback = key.get("feedback", {})
    return {
        "stem": content["stem"],
        "correct": "true" if key.get("correct") else "false",
        "feedback_true": feedback.get("true", ""),
        "feedback_false": feedback.get("false", ""),
    }


def _dump_true_false(values: Values) -> Pair:
    feedback = {word: values[f"feedback_{word}"] for word in ("true", "false") if values[f"feedback_{word}"]}
    return {"stem": values["stem"]}, {"correct": values["correct"] == "true", "feedback": feedback}


# -- typed answers ----------------------------------------------------------------------------------
def _load_fill_blank(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    groups = {id_: str(number) for number, ids in enumerate(key.get("order_free", ()), start=1) for id_ in ids}
    rows = [
        {
            "id": blank["id"],
            "size": str(blank.get("size", 8)),
            "group": groups.get(blank["id"], ""),
            **blank_key_values(key.get("blanks", {}).get(blank["id"], {})),
        }
        for blank in content["blanks"]
    ]
    return {"stem": content["stem"], "blanks": rows}


def _dump_fill_blank(values: Values) -> Pair:
    rows = values["blanks"]
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row["group"]:
            groups.setdefault(row["group"], []).append(row["id"])
    content = {
        "stem": values["stem"],
        "blanks": [{"id": row["id"], "size": int(number_or_none(row["size"], "size") or 8)} for row in rows],
    }
    key = {
        "blanks": {row["id"]: blank_key_from(row) for row in rows},
        "order_free": [ids for _name, ids in sorted(groups.items()) if len(ids) > 1],
    }
    return content, key


def _load_numerical(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    rows = [
        {
            "value": str(answer["value"]),
            "tolerance": str(answer.get("tolerance", "0")),
            "tolerance_kind": answer.get("tolerance_kind", "absolute"),
            "worth": worth_value(answer.get("fraction", 1)),
            "feedback": answer.get("feedback", ""),
        }
        for answer in key.get("answers", ())
    ]
    units = [{"name": name, "factor": str(factor)} for name, factor in key.get("units", {}).items()]
    return {
        "stem": content["stem"],
        "unit_label": content.get("unit_label") or "",
        "answers": rows,
        "units": units,
        "unit_required": bool(key.get("unit_required")),
    }


def _dump_numerical(values: Values) -> Pair:
    answers = [
        {
            "value": row["value"],
            "tolerance": row["tolerance"] or "0",
            "tolerance_kind": row["tolerance_kind"] or "absolute",
            "fraction": worth_from(row["worth"]),
            "feedback": row["feedback"],
        }
        for row in values["answers"]
        if not is_empty_row(row, "value", "feedback")
    ]
    units = {row["name"]: row["factor"] for row in values["units"] if not is_empty_row(row, "name", "factor")}
    key = {"answers": answers, "units": units, "unit_required": values["unit_required"]}
    return {"stem": values["stem"], "unit_label": values["unit_label"]}, key


def _load_short_text(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    return {"stem": content["stem"], "answers": text_answers_values(key.get("answers", ())), **folding_values(key)}


def _dump_short_text(values: Values) -> Pair:
    return {"stem": values["stem"]}, {"answers": text_answers_from(values["answers"]), **folding_from(values)}


def _load_essay(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    rubric = [
        {"id": line["id"], "criterion": line["criterion"], "points": number_text(line["points"])}
        for line in key.get("rubric", ())
    ]
    return {
        "stem": content["stem"],
        "min_words": number_text(content.get("min_words")),
        "max_words": number_text(content.get("max_words")),
        "rubric": rubric,
        "model_answer": key.get("model_answer", ""),
    }


def _dump_essay(values: Values) -> Pair:
    content: dict[str, Any] = {"stem": values["stem"]}
    for name in ("min_words", "max_words"):
        if (number := number_or_none(values[name], name)) is not None:
            content[name] = int(number)
    rubric = [
        {"id": row["id"], "criterion": row["criterion"], "points": number_or_none(row["points"], "points") or 0}
        for row in values["rubric"]
        if not is_empty_row(row, "criterion", "points")
    ]
    return content, {"rubric": rubric, "model_answer": values["model_answer"]}


# -- arranging --------------------------------------------------------------------------------------
def _load_matching(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    rights = {item["id"]: item["text"] for item in content["right"]}
    pairs = key.get("pairs", {})
    rows = [
        {
            "id": left["id"],
            "text": left["text"],
            "partner": rights.get(pairs.get(left["id"], ""), ""),
            "partner_id": pairs.get(left["id"], ""),
        }
        for left in content["left"]
    ]
    used = set(pairs.values())
    extra = [{"id": id_, "text": text} for id_, text in rights.items() if id_ not in used]
    return {
        "stem": content["stem"],
        "pairs": rows,
        "extra": extra,
        "right_order": ",".join(rights),
        "grading": key.get("grading", "per_pair"),
    }


def _dump_matching(values: Values) -> Pair:
    rows = [row for row in values["pairs"] if not is_empty_row(row, "text", "partner")]
    rights: dict[str, str] = {row["id"]: row["text"] for row in values["extra"] if row["text"]}
    taken = [row["partner_id"] for row in rows] + list(rights)
    by_text: dict[str, str] = {}
    pairs: dict[str, str] = {}
    for row in rows:
        id_ = by_text.get(row["partner"])
        if id_ is None:
            id_ = row["partner_id"]
            while not id_ or (id_ in rights and rights[id_] != row["partner"]):
                id_ = f"m{len(taken) + 1}"
                taken.append(id_)
            by_text[row["partner"]] = id_
            rights[id_] = row["partner"]
        pairs[row["id"]] = id_
    content = {
        "stem": values["stem"],
        "left": [{"id": row["id"], "text": row["text"]} for row in rows],
        "right": sorted_by_hidden([{"id": id_, "text": text} for id_, text in rights.items()], values["right_order"]),
    }
    return content, {"pairs": pairs, "grading": values["grading"] or "per_pair"}


def _load_ordering(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    texts = {item["id"]: item["text"] for item in content["items"]}
    order = [*key.get("order", ())] + [id_ for id_ in texts if id_ not in key.get("order", ())]
    rows = [{"id": id_, "text": texts.get(id_, "")} for id_ in order]
    return {
        "stem": content["stem"],
        "items": rows,
        "item_order": ",".join(texts),
        "grading": key.get("grading", "all_or_nothing"),
    }


def _dump_ordering(values: Values) -> Pair:
    rows = [{"id": row["id"], "text": row["text"]} for row in values["items"] if row["text"]]
    content = {"stem": values["stem"], "items": sorted_by_hidden(rows, values["item_order"])}
    return content, {"order": [row["id"] for row in rows], "grading": values["grading"] or "all_or_nothing"}


def _load_categorisation(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    placement = key.get("placement", {})
    return {
        "stem": content["stem"],
        "categories": [dict(item) for item in content["categories"]],
        "items": [{**item, "category": placement.get(item["id"], "")} for item in content["items"]],
        "grading": key.get("grading", "per_item"),
    }


def _dump_categorisation(values: Values) -> Pair:
    items = [row for row in values["items"] if row["text"]]
    content = {
        "stem": values["stem"],
        "categories": [{"id": row["id"], "text": row["text"]} for row in values["categories"] if row["text"]],
        "items": [{"id": row["id"], "text": row["text"]} for row in items],
    }
    placement = {row["id"]: row["category"] for row in items if row["category"]}
    return content, {"placement": placement, "grading": values["grading"] or "per_item"}


# -- composed ---------------------------------------------------------------------------------------
def _load_cloze(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    rows = []
    for gap in content["gaps"]:
        gap_key = key.get("gaps", {}).get(gap["id"], {})
        fractions, feedback = gap_key.get("fractions", {}), gap_key.get("feedback", {})
        is_choice = gap["kind"] == "choice"
        typed = blank_key_values({} if is_choice else gap_key)
        rows.append(
            {
                **typed,
                "id": gap["id"],
                "kind": gap["kind"],
                "size": str(gap.get("size") or 8),
                "weight": number_text(gap_key.get("weight", 1.0)),
                "options": [
                    {
                        **option,
                        "worth": worth_value(fractions.get(option["id"], 0)),
                        "feedback": feedback.get(option["id"], ""),
                    }
                    for option in gap.get("options") or ()
                ],
            }
        )
    return {"stem": content["stem"], "gaps": rows}


def _dump_cloze(values: Values) -> Pair:
    gaps: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}
    for row in values["gaps"]:
        kind = row["kind"] or "text"
        gap: dict[str, Any] = {"id": row["id"], "kind": kind}
        if kind == "choice":
            options = [option for option in row["options"] if option["text"]]
            gap["options"] = [{"id": option["id"], "text": option["text"]} for option in options]
            keys[row["id"]] = {
                "fractions": {o["id"]: worth_from(o["worth"]) for o in options if worth_from(o["worth"]) != 0},
                "feedback": {o["id"]: o["feedback"] for o in options if o["feedback"]},
                "weight": number_or_none(row["weight"], "weight") or 1,
            }
        else:
            gap["size"] = int(number_or_none(row["size"], "size") or 8)
            keys[row["id"]] = blank_key_from(
                row | {"match": "numeric" if kind == "numeric" else row["match"].replace("numeric", "text")}
            )
        gaps.append(gap)
    return {"stem": values["stem"], "gaps": gaps}, {"gaps": keys}


def _load_material(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    rows = []
    for question in content["questions"]:
        inner = get_editor(question["type"])
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
    return {"stem": content["stem"], "questions": rows}


def _dump_material(values: Values) -> Pair:
    questions: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}
    for row in values["questions"]:
        content, key = get_editor(row["type"]).dump(row)
        number = number_or_none(row["marks"], "marks")
        questions.append(
            {"id": row["id"], "type": row["type"], "marks": 1 if number is None else number, "content": content}
        )
        keys[row["id"]] = key
    explanations = {row["id"]: row["explanation"] for row in values["questions"] if row["explanation"]}
    return {"stem": values["stem"], "questions": questions}, {"questions": keys, "explanations": explanations}


OPTION_ALIASES = {"fractions": "options", "correct": "options"}
SUB_TYPES = (
    ("single_choice", _("Single choice")),
    ("multiple_choice", _("Multiple choice")),
    ("true_false", _("True or false")),
    ("fill_blank", _("Fill in the blanks")),
    ("numerical", _("Numerical")),
    ("short_text", _("Short answer")),
    ("essay", _("Essay")),
    ("matching", _("Matching")),
    ("ordering", _("Ordering")),
    ("categorisation", _("Categorisation")),
)

EDITORS: dict[str, Editor] = {
    editor.type: editor
    for editor in (
        Editor(
            type="single_choice",
            layout=(STEM, option_rows(worth_field(), start=4)),
            load=_load_single,
            dump=_dump_single,
            aliases=OPTION_ALIASES,
        ),
        Editor(
            type="multiple_choice",
            layout=(
                STEM,
                option_rows(
                    Field(name="right", label=_("This option is right"), kind="check"),
                    start=4,
                    more=(
                        Field(
                            name="share",
                            label=_("Share when shares are added up"),
                            kind="number",
                            help=_("Between -1 and 1. Only papers that add up shares use it."),
                            is_minor=True,
                        ),
                    ),
                ),
            ),
            load=_load_multiple,
            dump=_dump_multiple,
            aliases=OPTION_ALIASES,
        ),
        Editor(
            type="true_false",
            layout=(
                STEM,
                Field(
                    name="correct",
                    label=_("The statement is"),
                    kind="choice",
                    choices=(("true", _("True")), ("false", _("False"))),
                    default="true",
                ),
                Field(name="feedback_true", label=_("Said to those who choose “true”"), kind="rich"),
                Field(name="feedback_false", label=_("Said to those who choose “false”"), kind="rich"),
            ),
            load=_load_true_false,
            dump=_dump_true_false,
        ),
        Editor(
            type="fill_blank",
            layout=(
                Field(
                    name="stem",
                    label=_("Question"),
                    kind="rich",
                    help=_("Write [[b1]], [[b2]] … where the learner types. Each has its row below."),
                ),
                Rows(
                    name="blanks",
                    label=_("Blanks"),
                    row_label=_("Blank"),
                    add_label=_("Add a blank"),
                    prefix="b",
                    fields=(
                        *BLANK_KEY,
                        Field(name="size", label=_("Width in characters"), kind="number", default="8", is_minor=True),
                        Field(
                            name="group",
                            label=_("Swap group"),
                            help=_("Blanks with the same word here accept each other's answers in any order."),
                            is_minor=True,
                        ),
                    ),
                ),
            ),
            load=_load_fill_blank,
            dump=_dump_fill_blank,
            aliases={"order_free": "blanks"},
        ),
        Editor(
            type="numerical",
            layout=(
                STEM,
                Field(name="unit_label", label=_("Unit printed behind the field")),
                Rows(
                    name="answers",
                    label=_("Accepted numbers"),
                    row_label=pgettext_lazy("value", "Number"),
                    add_label=_("Add a number"),
                    has_ids=False,
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
                ),
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
            ),
            load=_load_numerical,
            dump=_dump_numerical,
        ),
        Editor(
            type="short_text",
            layout=(STEM, ANSWER_ROWS, *FOLDING),
            load=_load_short_text,
            dump=_dump_short_text,
        ),
        Editor(
            type="essay",
            layout=(
                STEM,
                Field(name="min_words", label=_("At least so many words"), kind="number"),
                Field(name="max_words", label=_("At most so many words"), kind="number"),
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
                    ),
                ),
                Field(name="model_answer", label=_("Model answer"), kind="rich"),
            ),
            load=_load_essay,
            dump=_dump_essay,
        ),
        Editor(
            type="matching",
            layout=(
                STEM,
                Rows(
                    name="pairs",
                    label=_("Pairs"),
                    row_label=_("Pair"),
                    add_label=_("Add a pair"),
                    prefix="l",
                    start=3,
                    fields=(
                        Field(name="text", label=_("Left side"), kind="rich"),
                        Field(name="partner", label=_("belongs to"), kind="rich"),
                        Field(name="partner_id", kind="hidden"),
                    ),
                ),
                Rows(
                    name="extra",
                    label=_("Further right sides that belong to nothing"),
                    row_label=_("Distractor"),
                    add_label=_("Add a distractor"),
                    prefix="x",
                    start=0,
                    fields=(Field(name="text", label=_("Text"), kind="rich"),),
                ),
                Field(name="grading", label=_("Marking"), kind="choice", choices=GRADING_PAIRS, default="per_pair"),
                Field(name="right_order", kind="hidden"),
            ),
            load=_load_matching,
            dump=_dump_matching,
            aliases={"left": "pairs", "right": "extra"},
        ),
        Editor(
            type="ordering",
            layout=(
                STEM,
                Rows(
                    name="items",
                    label=_("Items in the right order"),
                    row_label=_("Item"),
                    add_label=_("Add an item"),
                    prefix="i",
                    start=3,
                    fields=(Field(name="text", label=_("Text"), kind="rich"),),
                ),
                Field(
                    name="grading",
                    label=_("Marking"),
                    kind="choice",
                    choices=(
                        ("all_or_nothing", _("all or nothing")),
                        ("per_pair", _("for each pair in the right order")),
                        ("per_position", _("for each item in its right place")),
                        ("longest_run", _("for the longest run in the right order")),
                    ),
                    default="all_or_nothing",
                ),
                Field(name="item_order", kind="hidden"),
            ),
            load=_load_ordering,
            dump=_dump_ordering,
            aliases={"order": "items"},
        ),
        Editor(
            type="categorisation",
            layout=(
                STEM,
                Rows(
                    name="categories",
                    label=_("Categories"),
                    row_label=_("Category"),
                    add_label=_("Add a category"),
                    prefix="c",
                    start=2,
                    fields=(Field(name="text", label=pgettext_lazy("category", "Name"), kind="line"),),
                ),
                Rows(
                    name="items",
                    label=_("Items"),
                    row_label=_("Item"),
                    add_label=_("Add an item"),
                    prefix="i",
                    start=4,
                    fields=(
                        Field(name="text", label=_("Text"), kind="rich"),
                        Field(name="category", label=_("belongs to"), kind="choice", choices_from="categories"),
                    ),
                ),
                Field(
                    name="grading",
                    label=_("Marking"),
                    kind="choice",
                    choices=(("per_item", _("for each item")), ("all_or_nothing", _("all or nothing"))),
                    default="per_item",
                ),
            ),
            load=_load_categorisation,
            dump=_dump_categorisation,
            aliases={"placement": "items"},
        ),
        Editor(
            type="cloze",
            layout=(
                Field(
                    name="stem",
                    label=_("Passage"),
                    kind="rich",
                    help=_("Write [[g1]], [[g2]] … where a gap is. Each has its row below."),
                ),
                Rows(
                    name="gaps",
                    label=_("Gaps"),
                    row_label=_("Gap"),
                    add_label=_("Add a gap"),
                    prefix="g",
                    fields=(
                        Field(
                            name="kind",
                            label=_("The learner"),
                            kind="choice",
                            choices=(
                                ("choice", _("chooses from a list")),
                                ("text", _("types a text")),
                                ("numeric", _("types a number")),
                            ),
                            default="choice",
                            refreshes=True,
                        ),
                        option_rows(worth_field(), start=3, when=("kind", frozenset({"choice"}))),
                        *GAP_KEY,
                    ),
                ),
            ),
            load=_load_cloze,
            dump=_dump_cloze,
        ),
        Editor(
            type="material",
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
                    row_label=_("Question"),
                    add_label=_("Add a question"),
                    prefix="q",
                    variant="type",
                    fields=(
                        Field(
                            name="type",
                            label=_("Type"),
                            kind="choice",
                            choices=SUB_TYPES,
                            default="single_choice",
                            refreshes=True,
                        ),
                        Field(name="marks", label=_("Marks"), kind="number", default="1"),
                        Field(name="explanation", label=_("Explanation"), kind="rich"),
                    ),
                ),
            ),
            load=_load_material,
            dump=_dump_material,
            aliases=OPTION_ALIASES
            | {"explanations": "questions", "order": "items", "placement": "items", "left": "pairs"},
        ),
    )
}


def get_editor(type: str) -> Editor:
    """Return the editor of a question type; UnknownQuestionType when there is none."""
    try:
        return EDITORS[type]
    except KeyError as error:
        raise UnknownQuestionType(f"There is no question type {type!r}.") from error


def find_variant(type: str) -> Layout:
    """Return the layout of a sub-question's type; of single choice when the name is unknown."""
    return EDITORS[type if type in dict(SUB_TYPES) else "single_choice"].layout
