"""Feedback of the file: by option where it hangs on one, otherwise with the explanation."""

from typing import TYPE_CHECKING, Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.choices import identifier_values
from exams.interchange.formats.qti.model import Item
from exams.interchange.formats.qti.values import Unsupported, Value

if TYPE_CHECKING:
    from exams.interchange.formats.qti.convert import Converted, Converter

_LOST = gettext_noop("Feedback that depends on the answer is kept for the right answer only.")
_MODEL = gettext_noop("The notes for markers are kept with the explanation.")


def _joined(texts: list[str]) -> str:
    found = list(dict.fromkeys(text for text in texts if text.strip()))
    if len(found) <= 1:
        return "".join(found)
    return "".join(text if text.startswith("<") else f"<p>{text}</p>" for text in found)


def give_feedback(item: Item, converter: "Converter", made: "Converted") -> None:
    """Put the feedback into the record: key.feedback by option, and the explanation."""
    if item.model_answer:
        item.notes.lose(_MODEL)
        _explain(made.record, item.model_answer)
    if not item.has_feedback:
        return
    try:
        if made.record["type"] in ("single_choice", "multiple_choice", "true_false") and len(item.interactions) == 1:
            _by_option(item, converter, made)
        else:
            _by_best(item, converter, made)
    except Unsupported:
        item.notes.lose(_LOST)


def _explain(record: dict[str, Any], text: str) -> None:
    if text.strip() and text not in record.get("explanation", ""):
        record["explanation"] = _joined([record.get("explanation", ""), text])


def _by_option(item: Item, converter: "Converter", made: "Converted") -> None:
    interaction = item.interactions[0]
    shown: dict[str, list[str]] = {}
    for choice in interaction.choices:
        responses = {interaction.identifier: identifier_values(interaction, [choice.identifier])}
        native = made.native(responses)
        option = str(native).lower() if isinstance(native, bool) else native if isinstance(native, str) else native[0]
        shown[option] = item.marking.shown(responses)
    always = set.intersection(*(set(texts) for texts in shown.values())) if shown else set()
    if made.record["type"] == "multiple_choice":
        always |= set(item.marking.shown({}))
        right = _best(item, converter)
        of_right = item.marking.shown(right) if right is not None else list(always)
        for text in of_right:
            if not any(text in texts for texts in shown.values()):
                _explain(made.record, text)
                item.notes.lose(_LOST)
        said = always & set(of_right)
        if said != always:
            item.notes.lose(_LOST)
    else:
        said = always
    for text in dict.fromkeys(text for texts in shown.values() for text in texts if text in said):
        _explain(made.record, text)
    feedback = {
        option: _joined([text for text in texts if text not in always])
        for option, texts in shown.items()
        if any(text not in always for text in texts)
    }
    if feedback:
        made.record["key"] = {**made.record["key"], "feedback": feedback}


def _best(item: Item, converter: "Converter") -> dict[str, Value | None] | None:
    responses = {entry.identifier: entry.correct for entry in item.interactions}
    if all(value is not None for value in responses.values()):
        return responses
    if len(item.interactions) != 1:
        return None
    only = item.interactions[0]
    try:
        part = converter.part(only)
    except Unsupported:
        return None
    score = converter.score_of(only)
    return next(({only.identifier: value} for value in part.samples if score(value) == part.maximum), None)


def _by_best(item: Item, converter: "Converter", made: "Converted") -> None:
    right = _best(item, converter)
    if right is None:
        item.notes.lose(_LOST)
        return
    texts = item.marking.shown(right)
    if set(texts) != set(item.marking.shown({})):
        item.notes.lose(_LOST)
    for text in texts:
        _explain(made.record, text)
