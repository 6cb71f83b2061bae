"""Several interactions in one question: gaps of a cloze, or questions under a passage, where the score allows it."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.model import Interaction, Item
from exams.interchange.formats.qti.parts import BLANK_PAYS, DIFFERENT, NOTHING_EARNS, Part, verify
from exams.interchange.formats.qti.values import Unsupported, Value

if TYPE_CHECKING:
    from exams.interchange.formats.qti.convert import Converted, Converter

_TOGETHER = gettext_noop("Its parts are marked together in a way that cannot be expressed.")
_NEGATIVE_PARTS = gettext_noop("A wrong part takes marks from the others; this cannot be expressed.")
_NO_HUMAN_MARKS = gettext_noop("The file does not say how many marks the part has that a person marks.")
_MANY = gettext_noop("There are more than %(count)s parts.")
MOST_PARTS = 30
MOST_CASES = 3_000
_GAPS = {"inline", "text", "gapmatch"}

__all__ = ["DIFFERENT", "combined"]


def combined(item: Item, converter: "Converter", human: Sequence[Interaction]) -> "Converted":
    """Return a question of several parts; Unsupported says why there is none."""
    auto = [interaction for interaction in item.interactions if interaction not in human]
    if len(item.interactions) > MOST_PARTS:
        raise Unsupported(_MANY, {"count": MOST_PARTS})
    identifiers = [interaction.identifier for interaction in item.interactions]
    if len(set(identifiers)) != len(identifiers):
        raise Unsupported(_TOGETHER)
    if not auto:
        return _Combination(item, converter, auto, human, []).material()
    if converter.marking.score({}) != 0:
        raise Unsupported(BLANK_PAYS)
    first: Unsupported | None = None
    for is_sum in (True, False):
        if is_sum and not _is_sum(converter, auto):
            continue
        if not is_sum and human:
            continue
        try:
            converter.fixed = {} if is_sum else {entry.identifier: entry.correct for entry in auto}
            parts = _parts(converter, auto, is_sum=is_sum)
            return _Combination(item, converter, auto, human, parts, is_sum=is_sum).best()
        except Unsupported as error:
            first = first or (error if is_sum else Unsupported(_TOGETHER))
    raise first or Unsupported(_TOGETHER)


def _is_sum(converter: "Converter", auto: Sequence[Interaction]) -> bool:
    identifiers = {interaction.identifier for interaction in auto}
    return all(len(group & identifiers) <= 1 for group in converter.marking.groups())


def _parts(converter: "Converter", auto: Sequence[Interaction], *, is_sum: bool) -> list[Part]:
    if not is_sum and any(interaction.correct is None for interaction in auto):
        raise Unsupported(_TOGETHER)
    parts = []
    for interaction in auto:
        part = converter.part(interaction)
        if part.is_negative:
            raise Unsupported(_NEGATIVE_PARTS)
        parts.append(part)
    if not is_sum and len({part.maximum for part in parts}) != 1:
        raise Unsupported(_TOGETHER)
    return parts


class _Combination:
    """Builds the record of several parts and checks it against the marking."""

    def __init__(
        self,
        item: Item,
        converter: "Converter",
        auto: Sequence[Interaction],
        human: Sequence[Interaction],
        parts: Sequence[Part],
        *,
        is_sum: bool = True,
    ) -> None:
        self.item = item
        self.converter = converter
        self.auto = list(auto)
        self.human = list(human)
        self.parts = list(parts)
        self.is_sum = is_sum
        self.number = {id(interaction): at for at, interaction in enumerate(item.interactions)}

    @property
    def maximum(self) -> Decimal:
        """The greatest score of the parts that are not marked by a person."""
        return sum((part.maximum for part in self.parts), Decimal(0)) if self.is_sum else self.parts[0].maximum

    def best(self) -> "Converted":
        """Return a cloze where every part is a gap, otherwise a passage with questions."""
        if not self.human and all(
            interaction.kind in _GAPS and (part.gap or part.blank or part.gaps)
            for interaction, part in zip(self.auto, self.parts, strict=True)
        ):
            return self.cloze()
        return self.material()

    def cloze(self) -> "Converted":
        """Return the parts as gaps, or as blanks where all are typed."""
        if any(part.gaps and (not self.is_sum or part.key.get("grading")) for part in self.parts):
            return self.material()
        is_blanks = all(part.blank is not None for part in self.parts)
        letter = "b" if is_blanks else "g"
        contents: list[dict[str, Any]] = []
        keys: dict[str, Any] = {}
        stems: dict[int, str] = {}
        natives: list[tuple[str, Callable[[Value | None], dict[str, Any]]]] = []
        for interaction, part in zip(self.auto, self.parts, strict=True):
            names = {}
            for content, key in part.gaps or [part.blank if is_blanks and part.blank else part.gap or ({}, {})]:
                id_ = f"{letter}{len(contents) + 1}"
                names[content.get("id", "")] = id_
                weight = key.get("weight", float(part.maximum)) if self.is_sum else 1.0
                contents.append({**content, "id": id_})
                keys[id_] = {**key, "weight": weight}
            stems[self.number[id(interaction)]] = _stem_of(part, names)
            natives.append((interaction.identifier, _gap_native(part, names)))
        whole_key: dict[str, Any] = {"blanks" if is_blanks else "gaps": keys}
        if not self.is_sum:
            whole_key["grading"] = "all_or_nothing"
        content = {"stem": self.stem(stems), "blanks" if is_blanks else "gaps": contents}

        def native(responses: Mapping[str, Value | None]) -> Any:
            made: dict[str, Any] = {}
            for identifier, convert in natives:
                made |= convert(responses.get(identifier))
            return made or None

        return self.finished("fill_blank" if is_blanks else "cloze", content, whole_key, native, self.maximum)

    def material(self) -> "Converted":
        """Return the parts as questions under the text."""
        questions: list[dict[str, Any]] = []
        keys: dict[str, Any] = {}
        stems: dict[int, str] = {}
        natives: dict[str, tuple[str, Callable[[Value | None], Any]]] = {}
        by_interaction = {id(entry): part for entry, part in zip(self.auto, self.parts, strict=True)}
        total = self.maximum if self.parts else Decimal(0)
        human_marks = self._human_marks(total)
        for at, interaction in enumerate(self.item.interactions):
            id_ = f"q{at + 1}"
            part = by_interaction.get(id(interaction))
            is_inline = interaction.kind in ("inline", "text")
            stems[at] = f"({at + 1}) ____" if is_inline else f"<p>({at + 1})</p>" if self.item.stem else ""
            stem = (interaction.prompt if part is None else part.stem + part.passage) or f"({at + 1})"
            if part is None:
                type_ = "essay" if interaction.kind == "extended" else "file_upload"
                content: dict[str, Any] = {"stem": stem}
                if interaction.kind == "upload":
                    content["kinds"] = list(interaction.kinds)
                key: dict[str, Any] = {}
                marks = human_marks
                native: Callable[[Value | None], Any] = _text_native
            else:
                type_, content, key, native = _standing_alone(part, stem)
                marks = part.maximum if self.is_sum else Decimal(1)
            questions.append({"id": id_, "type": type_, "marks": float(marks), "content": content})
            keys[id_] = key
            natives[id_] = (interaction.identifier, native)
        whole_key: dict[str, Any] = {"questions": keys}
        if not self.is_sum:
            whole_key["grading"] = "all_or_nothing"

        def whole(responses: Mapping[str, Value | None]) -> Any:
            made = {id_: native(responses.get(name)) for id_, (name, native) in natives.items()}
            return {id_: value for id_, value in made.items() if value is not None} or None

        content = {"stem": self.stem(stems), "questions": questions}
        return self.finished("material", content, whole_key, whole, total + human_marks * len(self.human))

    def _human_marks(self, total: Decimal) -> Decimal:
        if not self.human:
            return Decimal(0)
        if self.item.human is None or self.item.human <= total:
            raise Unsupported(_NO_HUMAN_MARKS)
        return (self.item.human - total) / len(self.human)

    def stem(self, stems: Mapping[int, str]) -> str:
        """Return the text with what stands for each part."""
        from exams.interchange.formats.qti.convert import whole_stem

        return whole_stem(self.item, stems)

    def finished(
        self,
        type_: str,
        content: dict[str, Any],
        key: dict[str, Any],
        native: Callable[[Mapping[str, Value | None]], Any],
        maximum: Decimal,
    ) -> "Converted":
        """Return the record after comparing its marks with the file's; Unsupported when one differs."""
        from exams.interchange.formats.qti.convert import Converted, marks_of, record_of

        if maximum <= 0:
            raise Unsupported(NOTHING_EARNS)
        if self.parts and not self.human:
            cases = [(native(responses), self.converter.marking.score(responses)) for responses in self.cases()]
            if not verify(type_, content, key, maximum=maximum, cases=cases):
                raise Unsupported(_TOGETHER)
        return Converted(record_of(self.item, type_, content, key, marks_of(self.item, maximum)), native)

    def cases(self) -> list[dict[str, Value | None]]:
        """Return responses at which marks are compared: all combinations of nothing, right, wrong and half right, or,
        where these are too many, all right or nothing with one or two parts otherwise."""
        chosen = [self._some(entry, part) for entry, part in zip(self.auto, self.parts, strict=True)]
        names = [interaction.identifier for interaction in self.auto]
        for most in (6, 4, 3):
            count = 1
            for values in chosen:
                count *= min(most, len(values))
            if count <= MOST_CASES:
                return [
                    dict(zip(names, values, strict=True)) for values in product(*(values[:most] for values in chosen))
                ]
        right = {name: values[0] for name, values in zip(names, chosen, strict=True)}
        found = [right, dict.fromkeys(names)]
        singles = [(name, value) for name, values in zip(names, chosen, strict=True) for value in values]
        for base in (right, dict.fromkeys(names)):
            found += [{**base, name: value} for name, value in singles]
            found += [{**base, a: x, b: y} for (a, x), (b, y) in list(combinations(singles, 2))[:600]]
        return found

    def _some(self, interaction: Interaction, part: Part) -> list[Value | None]:
        """Return a right value, nothing, wrong ones and some between."""
        score = self.converter.score_of(interaction)
        rated = [(value, score(value)) for value in part.samples]
        right = [value for value, worth in rated if worth == part.maximum][:2]
        wrong = [value for value, worth in rated if worth == 0 and value is not None][:2]
        half = [value for value, worth in rated if worth not in (0, part.maximum)][:2]
        return [*right[:1], None, *wrong[:1], *half[:1], *right[1:], *wrong[1:], *half[1:]]


def _stem_of(part: Part, names: Mapping[str, str]) -> str:
    if not part.gaps:
        (id_,) = names.values()
        return f"{part.stem}[[{id_}]]"
    text = part.passage
    # Two steps, so that one new name is never taken for another's old one.
    for old in names:
        text = text.replace(f"[[{old}]]", f"[[\ue020{old}]]")
    for old, new in names.items():
        text = text.replace(f"[[\ue020{old}]]", f"[[{new}]]")
    return part.stem + text


def _gap_native(part: Part, names: Mapping[str, str]) -> Callable[[Value | None], dict[str, Any]]:
    if part.gaps:

        def many(value: Value | None) -> dict[str, Any]:
            return {names[old]: option for old, option in (part.native(value) or {}).items()}

        return many
    (id_,) = names.values()
    convert = part.gap_native or part.native

    def one(value: Value | None) -> dict[str, Any]:
        made = convert(value)
        return {} if made is None else {id_: made}

    return one


def _standing_alone(part: Part, stem: str) -> tuple[str, dict[str, Any], dict[str, Any], Callable[[Value | None], Any]]:
    """Return a part as a question of its own."""
    content = {**part.content, "stem": stem}
    if part.type == "fill_blank":
        content["stem"] = f"{stem} [[b1]]"
    return part.type, content, part.key, part.native


def _text_native(value: Value | None) -> Any:
    return None if value is None else str(value.items[0])
