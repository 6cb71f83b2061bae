"""From the common shape of an item to a question record, or the reason why there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from exams.domain.grading import check_question
from exams.domain.registry import question_types
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti import choices, combine, numbers, orders, pairs, pictures, texts
from exams.interchange.formats.qti.feedback import give_feedback
from exams.interchange.formats.qti.items import ItemMarking
from exams.interchange.formats.qti.marking12 import PAIRS, Scoring
from exams.interchange.formats.qti.model import Interaction, Item, Responses, name_the_empty
from exams.interchange.formats.qti.numbered import number_places
from exams.interchange.formats.qti.parts import BLANK_PAYS, NEGATIVE, NOTHING_EARNS, Part, verify
from exams.interchange.formats.qti.rich import CLOSE, OPEN, TOKEN, tidy
from exams.interchange.formats.qti.structure import is_plainly_used, named_sets
from exams.interchange.formats.qti.values import NUMERIC, Unsupported, Value, parse_number
from exams.interchange.formats.qti.witness import Witness

_NO_RULES = gettext_noop("The file does not say which answer is right.")
_UPLOAD = gettext_noop("File answers come later.")
_MARKS = gettext_noop("Its marks, %(marks)s, have more than two decimal places.")
_MARKS_RANGE = gettext_noop("Its marks, %(marks)s, are not between 0 and 10,000.")
_INVALID = gettext_noop("What was understood is not a complete question: %(problem)s")
_HUMAN_MARKS = gettext_noop("The file does not say how many marks a person gives; 1 was taken.")
_EXTERNAL = gettext_noop("A person or another program marks this; choices cannot be marked by hand here.")
_EMPTY = gettext_noop("An option has no text.")
_NO_STEM = gettext_noop("This question has no text of its own; its title stands in its place.")
UPLOAD_TYPE = "file_upload"
"""The one switch for file answers: where this type exists, upload interactions become questions of it."""


@dataclass
class Converted:
    """A question record, and how responses of the file are ours: `native` takes values by response identifier."""

    record: dict[str, Any]
    native: Callable[[Responses], Any]


class Converter:
    """Converts one item. Scores are asked of the marking with all other responses as `fixed` says."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.marking = item.marking
        self.fixed: dict[str, Value | None] = {}

    def score_of(self, interaction: Interaction) -> Callable[[Value | None], Decimal]:
        """Return the score as a function of one response."""
        witnessed = self.witnessed(interaction)
        return lambda value: witnessed(value, Witness())

    def witnessed(self, interaction: Interaction) -> Callable[[Value | None, Witness], Decimal]:
        """Return the score as a function of one response, with a witness."""
        fixed = dict(self.fixed)

        def score(value: Value | None, witness: Witness) -> Decimal:
            return self.marking.score({**fixed, interaction.identifier: value}, witness)

        return score

    def is_plain(self, interaction: Interaction) -> bool:
        """Tell whether a few responses say how all are marked."""
        if isinstance(self.marking, Scoring):
            return interaction.identifier == PAIRS and self.marking.is_sum_of_singles
        if not isinstance(self.marking, ItemMarking):
            return False
        processing = self.marking.processing
        return is_plainly_used(processing.rules, interaction.identifier, processing.declared.responses)

    def named_sets(self, interaction: Interaction) -> list[tuple[str, ...]] | None:
        """Return the sets that the rules tell from all others; None where they look at more than that."""
        if not isinstance(self.marking, ItemMarking):
            return None
        return named_sets(self.marking.processing.rules, interaction.identifier)

    def part(self, interaction: Interaction, score: texts.WitnessedScore | None = None) -> Part:
        """Return an interaction as a native part; Unsupported says why not."""
        witnessed = score or self.witnessed(interaction)

        def plain(value: Value | None) -> Decimal:
            return witnessed(value, Witness())

        worths = self.marking.values(interaction.identifier)
        kind = interaction.kind
        is_plain = self.is_plain(interaction)
        if kind == "inline":
            return choices.one_of(interaction, plain)
        if kind in ("choice", "hottext"):
            return choices.choice_part(
                interaction, plain, worths, is_linear=is_plain, sets=self.named_sets(interaction)
            )
        if kind in ("text", "extended"):
            return self._typed(interaction, witnessed)
        if kind == "order":
            return orders.order_part(interaction, plain, is_match=is_plain and not worths)
        if kind in ("match", "associate"):
            return pairs.match_part(interaction, plain, worths, self.item.notes, is_known=is_plain)
        if kind == "gapmatch":
            return pairs.gap_part(interaction, plain, worths, is_known=is_plain)
        if kind in ("graphicgapmatch", "graphicassociate"):
            make = pairs.place_part if kind == "graphicgapmatch" else pairs.match_part
            part = make(interaction, plain, worths, self.item.notes, is_known=is_plain)
            part.stem += number_places(interaction, self.item.assets)
            return part
        if kind == "graphicorder":
            return orders.region_order_part(interaction, plain, is_match=is_plain and not worths)
        if kind == "hotspot":
            return choices.region_part(interaction, plain, worths)
        if kind == "points":
            return self._points(interaction, plain)
        if kind == "slider":
            self.item.notes.lose(gettext_noop("The slider becomes a field for a number."))
            return numbers.slider_part(witnessed, interaction)
        raise Unsupported(_UPLOAD)

    def _typed(self, interaction: Interaction, score: texts.WitnessedScore) -> Part:
        known = self.marking.texts(interaction.identifier)
        if interaction.base in NUMERIC:
            found = [place for place in map(parse_number, known) if place is not None]
            return numbers.number_part(
                score, base=interaction.base, known=found, size=interaction.size, stem=interaction.prompt
            )
        part = texts.text_part(
            score, known, size=interaction.size, stem=interaction.prompt, is_loose=interaction.is_folded
        )
        if interaction.kind == "extended" and part.blank is not None:
            part.type = "short_text" if part.blank[1].get("match") != "regex" else part.type
            if part.type == "short_text":
                part.content, part.key = {}, _with_stars(part.blank[1])
                part.native = part.gap_native or part.native
        return part

    def _points(self, interaction: Interaction, score: Callable[[Value | None], Decimal]) -> Part:
        if not isinstance(self.marking, ItemMarking):
            raise Unsupported(_NO_RULES)
        declared = self.marking.processing.declared.responses[interaction.identifier]
        uses = {
            node.name
            for rule in self.marking.processing.rules
            for parent in rule.walk()
            for node in parent.nodes
            if node.get("identifier") == interaction.identifier and (node.name != "variable" or parent.name != "isnull")
        }
        return pictures.point_part(
            interaction, score, declared.areas, factor=Decimal(1) if uses == {"mapresponsepoint"} else None
        )

    def is_human(self, interaction: Interaction) -> bool:
        """Tell whether a person marks this: the score is the same whatever is written."""
        if interaction.kind == "upload" or (self.item.is_external and interaction.kind in ("text", "extended")):
            return True
        if interaction.kind != "extended":
            return False
        witness = Witness()
        score = self.witnessed(interaction)
        try:
            scores = {score(value, witness) for value in (None, *map(texts._value, texts.OTHERS))}
        except Unsupported:
            return not self.marking.is_given
        return len(scores) == 1 and not (witness.texts or witness.folded or witness.patterns or witness.is_opaque)


def _with_stars(key: Mapping[str, Any]) -> dict[str, Any]:
    answers = [{**answer, "text": answer["text"].replace("*", r"\*")} for answer in key["answers"]]
    return {**{name: key[name] for name in key if name.startswith("fold_")}, "answers": answers}


def convert(item: Item) -> Converted:
    """Return the record of an item; Unsupported says why there is none."""
    name_the_empty(item, _EMPTY)
    converter = Converter(item)
    if item.is_external and not all(entry.kind in ("text", "extended", "upload") for entry in item.interactions):
        raise Unsupported(_EXTERNAL)
    human = [interaction for interaction in item.interactions if converter.is_human(interaction)]
    if any(interaction.kind == "upload" for interaction in human) and UPLOAD_TYPE not in question_types():
        raise Unsupported(_UPLOAD)
    if len(item.interactions) == 1 and human:
        made = _for_a_person(item, human[0])
    elif not item.marking.is_given and not human:
        raise Unsupported(_NO_RULES)
    elif len(item.interactions) == 1:
        made = _single(item, converter)
    else:
        made = combine.combined(item, converter, human)
    _check(made.record)
    give_feedback(item, converter, made)
    return made


def marks_of(item: Item, maximum: Decimal) -> str:
    """Return the marks of a question whose greatest score is given; Unsupported when we cannot write them."""
    marks = item.marks if item.marks is not None else maximum
    if item.marks is not None and item.marking.scale:
        marks = marks * maximum / item.marking.scale
    rounded = marks.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    # Where scores are parts of a stated scale (33.33 of 100), rounding is what the file did already.
    reach = Decimal("0.006") if item.marks is not None else Decimal("0.0001")
    if abs(rounded - marks) > reach:
        raise Unsupported(_MARKS, {"marks": format(marks.normalize(), "f")[:30]})
    if not 0 < rounded <= 10_000:
        raise Unsupported(_MARKS_RANGE, {"marks": format(marks.normalize(), "f")[:30]})
    return format(rounded.normalize(), "f")


def record_of(item: Item, type_: str, content: dict[str, Any], key: dict[str, Any], marks: str) -> dict[str, Any]:
    """Return a record with what the item says besides."""
    record: dict[str, Any] = {"type": type_, "marks": marks, "content": content, "key": key}
    if item.explanation:
        record["explanation"] = item.explanation
    if item.language.lower().startswith(("zh", "en")):
        record["language"] = "zh-hans" if item.language.lower().startswith("zh") else "en"
    return record


def _check(record: dict[str, Any]) -> None:
    problems = check_question(type_name=record["type"], content=record["content"], key=record["key"])
    if problems:
        raise Unsupported(_INVALID, {"problem": f"{problems[0].field}: {problems[0].message}"[:200]})


def _for_a_person(item: Item, interaction: Interaction) -> Converted:
    """Return a question that a person marks."""
    if item.human is None and item.marks is None:
        item.notes.doubt(_HUMAN_MARKS)
    content: dict[str, Any] = {"stem": whole_stem(item, {0: interaction.prompt})}
    type_ = "essay"
    if interaction.kind == "upload":
        type_ = UPLOAD_TYPE
        content["kinds"] = list(interaction.kinds)
    marks = marks_of(item, item.marking.scale or item.human or Decimal(1))
    key = {"model_answer": item.model_answer} if item.model_answer else {}
    item.model_answer = ""
    return Converted(
        record_of(item, type_, content, key, marks),
        lambda responses: (lambda value: None if value is None else str(value.items[0]))(
            responses.get(interaction.identifier)
        ),
    )


def whole_stem(item: Item, replacements: Mapping[int, str]) -> str:
    """Return the stem with what stands for each interaction, by its number."""

    def put(found: Any) -> str:
        name = found.group(1)
        return replacements.get(int(name), "") if name.isdecimal() else ""

    text = tidy(TOKEN.sub(put, item.stem))
    if not text:
        item.notes.doubt(_NO_STEM)
    return text or item.title or "…"


def _single(item: Item, converter: Converter) -> Converted:
    interaction = item.interactions[0]
    part = converter.part(interaction)
    if part.is_negative:
        item.notes.doubt(NEGATIVE)
    content, stem, native = part.content, whole_stem(item, {0: part.stem + part.passage}), part.native
    type_, key = part.type, part.key
    token = f"{OPEN}0{CLOSE}"
    if interaction.kind == "inline" and part.gap is not None:
        gap_content, gap_key = part.gap
        type_ = "cloze"
        stem = whole_stem(item, {0: "[[g1]]"})
        content = {"gaps": [{"id": "g1", **gap_content}]}
        key = {"gaps": {"g1": gap_key}}
        native = _wrapped("g1", part.native)
    elif interaction.kind == "text" and part.blank is not None:
        is_last = not TOKEN.sub("", item.stem.partition(token)[2]).replace("</p>", "").strip(" .。\n")
        if part.type == "numerical" and is_last:
            stem = whole_stem(item, {0: part.stem})
        else:
            type_ = "fill_blank"
            stem = whole_stem(item, {0: f"{part.stem}[[b1]]"})
            content = {"blanks": [{"id": "b1", **part.blank[0]}]}
            key = {"blanks": {"b1": part.blank[1]}}
            native = _wrapped("b1", part.gap_native or part.native)
    elif interaction.kind == "text":
        stem = whole_stem(item, {0: f"{part.stem}____"})
    content = content | {"stem": stem}
    _verify_single(item, converter, interaction, part, type_, content, key, native)
    if item.kind == "true_false" and type_ == "single_choice":
        type_, content, key, native = _true_false(item, content, key, native)
    marks = marks_of(item, part.maximum)
    return Converted(
        record_of(item, type_, content, key, marks),
        lambda responses: native(responses.get(interaction.identifier)),
    )


def _wrapped(id_: str, native: Callable[[Value | None], Any]) -> Callable[[Value | None], Any]:
    def wrapped(value: Value | None) -> Any:
        made = native(value)
        return None if made is None else {id_: made}

    return wrapped


def _verify_single(
    item: Item,
    converter: Converter,
    interaction: Interaction,
    part: Part,
    type_: str,
    content: dict[str, Any],
    key: dict[str, Any],
    native: Callable[[Value | None], Any],
) -> None:
    """Grade the samples once more as they will be graded; Unsupported when a mark differs."""
    _check({"type": type_, "content": content, "key": key})
    score = converter.score_of(interaction)
    cases = [(native(value), score(value)) for value in part.samples]
    if part.maximum <= 0:
        raise Unsupported(NOTHING_EARNS)
    if not verify(type_, content, key, maximum=part.maximum, cases=cases):
        raise Unsupported(BLANK_PAYS if cases and cases[0][1] else combine.DIFFERENT)


_TRUE = {"true", "right", "correct", "yes", "t", "对", "正确", "是", "√", "真"}
_FALSE = {"false", "wrong", "incorrect", "no", "f", "错", "错误", "否", "×", "假", "不正确"}


def _true_false(
    item: Item, content: dict[str, Any], key: dict[str, Any], native: Callable[[Value | None], Any]
) -> tuple[str, dict[str, Any], dict[str, Any], Callable[[Value | None], Any]]:
    """Return a choice between true and false as what it is, where the options say just that."""
    sides: dict[str, bool] = {}
    for option in content["options"]:
        word = option["text"].strip().lower().removeprefix("<p>").removesuffix("</p>").strip()
        if word in _TRUE | _FALSE:
            sides[option["id"]] = word in _TRUE
    right = [id_ for id_, fraction in key["fractions"].items() if fraction == 1]
    is_plain = all(fraction in (0, 1) for fraction in key["fractions"].values())
    if sorted(sides.values()) != [False, True] or len(content["options"]) != 2 or len(right) != 1 or not is_plain:
        return "single_choice", content, key, native

    def as_truth(value: Value | None) -> Any:
        made = native(value)
        return None if made is None else sides.get(made)

    return "true_false", {"stem": content["stem"]}, {"correct": sides[right[0]]}, as_truth
