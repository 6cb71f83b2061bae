"""Questions as pieces of a QTI 3.0 item: declarations, body and rules, by type."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.piece import (
    Piece,
    as_float,
    as_identifier,
    choices_of,
    if_rule,
    map_rule,
    mapping_of,
    match_correct,
    option_feedback,
    variable,
)
from exams.interchange.formats.qti.texts import escaped_pattern
from exams.interchange.formats.qti.xhtml import block, escaped, number, xhtml

PAPER_RULE = gettext_noop(
    "How a choice that is partly right counts is a matter of the paper; all or nothing is written."
)
FOLDING = gettext_noop("That width, spaces or punctuation do not count is lost; letters are compared as they are.")
ORDER_FREE = gettext_noop("That answers may be swapped between blanks is lost.")
ORDER_RULE = gettext_noop("Marks for an order that is partly right are lost; all or nothing is written.")
PAIR_RULE = gettext_noop("Marks for partners that are partly right are lost; all or nothing is written.")
RUBRIC = gettext_noop("The rubric is written as notes for the marker.")
UNITS = gettext_noop("Units are lost.")
FEEDBACK = gettext_noop("Feedback for single answers is lost.")
CANNOT = gettext_noop("QTI cannot carry a question of the type %(type)s.")
WORDS = gettext_noop("The length asked for is lost.")

NO_LIMITS: Mapping[str, int] = MappingProxyType({})


def _single(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    worths = {option: fraction * piece.marks for option, fraction in key["fractions"].items() if fraction}
    right = [option for option, fraction in key["fractions"].items() if fraction == 1][:1]
    piece.declare("single", "identifier", correct=right, mapping=mapping_of(worths))
    piece.body = (
        f'{block(content["stem"])}<qti-choice-interaction response-identifier="{piece.response}" max-choices="1">'
        f"{choices_of(content['options'])}</qti-choice-interaction>"
    )
    piece.rules.append(map_rule(piece, piece.response))
    option_feedback(piece, key.get("feedback") or {})


def _true_false(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    options = [{"id": "true", "text": "✓"}, {"id": "false", "text": "✗"}]
    right = "true" if key["correct"] else "false"
    _single(piece, {**content, "options": options}, {"fractions": {right: 1}, "feedback": key.get("feedback") or {}})


def _multiple(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    ids = [option["id"] for option in content["options"]]
    correct = [id_ for id_ in ids if id_ in key["correct"]]
    rule = key.get("rule")
    if rule in (None, "partial_if_no_wrong"):
        piece.lose(PAPER_RULE)
        rule = "all_or_nothing"
    share = piece.marks / len(correct)
    mapping = ""
    name = piece.response
    if rule == "sum_of_fractions":
        fractions = key.get("fractions") or {id_: (1 if id_ in correct else -1) / len(correct) for id_ in ids}
        worths = {id_: fraction * piece.marks for id_, fraction in fractions.items()}
        mapping = mapping_of(worths, lower=(key.get("floor") or 0) * piece.marks, upper=piece.marks)
        piece.rules.append(map_rule(piece, name))
    elif rule == "net_correct":
        mapping = mapping_of(dict.fromkeys(correct, share), lower=0, default=-share)
        piece.rules.append(map_rule(piece, name))
    elif rule == "each_option":
        _each_option(piece, ids, correct)
    else:
        piece.rules.append(if_rule(_accepted(piece, correct, key.get("accepted") or ())))
    piece.declare("multiple", "identifier", correct=correct, mapping=mapping)
    limit = content.get("maximum_choices") or 0
    piece.body = (
        f'{block(content["stem"])}<qti-choice-interaction response-identifier="{name}" max-choices="{limit}">'
        f"{choices_of(content['options'])}</qti-choice-interaction>"
    )
    option_feedback(piece, key.get("feedback") or {})


def _each_option(piece: Piece, ids: Sequence[str], correct: Sequence[str]) -> None:
    some = f"<qti-not><qti-is-null>{variable(piece.response)}</qti-is-null></qti-not>"
    for id_ in ids:
        member = f"<qti-member>{as_identifier(id_)}{variable(piece.response)}</qti-member>"
        test = member if id_ in correct else f"<qti-and>{some}<qti-not>{member}</qti-not></qti-and>"
        piece.rules.append(if_rule([(test, piece.add(as_float(piece.marks / len(ids))))]))


def _accepted(piece: Piece, correct: Sequence[str], others: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    rule = piece.add(as_float(piece.marks))
    return [
        (
            f"<qti-match>{variable(piece.response)}"
            f"<qti-multiple>{''.join(map(as_identifier, ids))}</qti-multiple></qti-match>",
            rule,
        )
        for ids in [correct, *others]
    ]


def _text_rules(piece: Piece, name: str, key: Mapping[str, Any], worth: float, *, is_wild: bool = False) -> None:
    """Declare a typed text and add the rules of its answers, the first that fits decides."""
    if key.get("fold_width", True) or key.get("fold_space", True) or key.get("fold_punctuation"):
        piece.lose(FOLDING)
    is_folded = key.get("fold_case", True)
    branches = []
    for answer in key["answers"]:
        fraction = answer.get("fraction", 1)
        text = answer["text"]
        if is_wild and "*" in text.replace(r"\*", ""):
            pieces = text.replace(r"\*", "\ue000").split("*")
            pattern = ".*".join(escaped_pattern(part.replace("\ue000", "*"), is_folded=is_folded) for part in pieces)
            test = f'<qti-pattern-match pattern="{escaped(pattern)}">{variable(name)}</qti-pattern-match>'
        elif key.get("match") == "regex":
            test = f'<qti-pattern-match pattern="{escaped(text)}">{variable(name)}</qti-pattern-match>'
        else:
            plain = text.replace(r"\*", "*") if is_wild else text
            sensitive = "false" if is_folded else "true"
            test = (
                f'<qti-string-match case-sensitive="{sensitive}">{variable(name)}'
                f'<qti-base-value base-type="string">{escaped(plain)}</qti-base-value></qti-string-match>'
            )
        branches.append((test, piece.add(as_float(fraction * worth))))
        if answer.get("feedback"):
            piece.lose(FEEDBACK)
    first = next((answer["text"] for answer in key["answers"] if answer.get("fraction", 1) == 1), "")
    piece.declare("single", "string", name=name, correct=[first] if first and key.get("match") != "regex" else [])
    piece.rules.append(if_rule(branches))


def _number_rules(piece: Piece, name: str, answers: Sequence[Mapping[str, Any]], worth: float) -> None:
    branches = []
    for answer in answers:
        kind = answer.get("tolerance_kind", "absolute")
        tolerance = float(answer.get("tolerance") or 0)
        expected = f'<qti-base-value base-type="float">{escaped(answer["value"])}</qti-base-value>'
        if kind == "significant":
            test = (
                f'<qti-equal-rounded rounding-mode="significantFigures" figures="{int(tolerance)}">{variable(name)}'
                f"{expected}</qti-equal-rounded>"
            )
        else:
            mode = "absolute" if kind == "absolute" else "relative"
            reach = number(tolerance if kind == "absolute" else tolerance * 100)
            attrs = f'tolerance-mode="{mode}" tolerance="{reach} {reach}"'
            test = f"<qti-equal {attrs}>{expected}{variable(name)}</qti-equal>"
        branches.append((test, piece.add(as_float(answer.get("fraction", 1) * worth))))
        if answer.get("feedback"):
            piece.lose(FEEDBACK)
    piece.declare("single", "float", name=name, correct=[str(answers[0]["value"])])
    piece.rules.append(if_rule(branches))


def _blanks(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    """Write blanks and gaps: fields and lists in the running text."""
    kind = "gaps" if "gaps" in content else "blanks"
    if key.get("order_free"):
        piece.lose(ORDER_FREE)
    is_together = key.get("grading") == "all_or_nothing"
    inner = Piece(piece.suffix, piece.marks) if is_together else piece
    places: dict[str, str] = {}
    total = sum(key[kind][part["id"]].get("weight", 1) for part in content[kind])
    for part in content[kind]:
        name, part_key = f"{piece.response}_{part['id']}", key[kind][part["id"]]
        worth = 1.0 if is_together else piece.marks * part_key.get("weight", 1) / total
        if part.get("kind") == "choice":
            worths = {option: fraction * worth for option, fraction in part_key["fractions"].items() if fraction}
            right = [option for option, fraction in part_key["fractions"].items() if fraction == 1][:1]
            inner.declare("single", "identifier", name=name, correct=right, mapping=mapping_of(worths))
            inner.rules.append(map_rule(inner, name))
            places[part["id"]] = (
                f'<qti-inline-choice-interaction response-identifier="{name}">'
                f"{choices_of(part['options'], tag='qti-inline-choice')}</qti-inline-choice-interaction>"
            )
            if part_key.get("feedback"):
                piece.lose(FEEDBACK)
            continue
        if part_key.get("match") == "numeric":
            _number_rules(inner, name, part_key.get("numerics") or [part_key["numeric"]], worth)
        else:
            _text_rules(inner, name, part_key, worth)
        size = part.get("size", 8)
        places[part["id"]] = f'<qti-text-entry-interaction response-identifier="{name}" expected-length="{size}"/>'
    piece.body = block(content["stem"], place=lambda id_: places.get(id_, ""))
    if is_together:
        _all_together(piece, inner, len(content[kind]))


def _all_together(piece: Piece, inner: Piece, count: int) -> None:
    """Give all where every part earned its one point."""
    raw = f"RAW{piece.suffix}"
    piece.declared += inner.declared
    piece.declared.append(f'<qti-outcome-declaration identifier="{raw}" cardinality="single" base-type="float"/>')
    piece.losses += inner.losses
    piece.rules += [rule.replace(f'"{piece.score}"', f'"{raw}"') for rule in inner.rules]
    piece.rules.append(
        if_rule([(f"<qti-gte>{variable(raw)}{as_float(count)}</qti-gte>", piece.add(as_float(piece.marks)))])
    )


def _numerical(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    if key.get("units"):
        piece.lose(UNITS)
    _number_rules(piece, piece.response, key["answers"], piece.marks)
    field_ = f'<qti-text-entry-interaction response-identifier="{piece.response}" expected-length="12"/>'
    piece.body = f"{block(content['stem'])}<p>{field_} {escaped(content.get('unit_label', ''))}</p>"


def _short_text(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    _text_rules(piece, piece.response, key, piece.marks, is_wild=True)
    field_ = f'<qti-text-entry-interaction response-identifier="{piece.response}" expected-length="30"/>'
    piece.body = f"{block(content['stem'])}<p>{field_}</p>"


def _levels(criterion: Mapping[str, Any]) -> str:
    """Return the levels of a criterion as a list within its line."""
    rows = "".join(f"<li>{number(one['points'])}: {escaped(one['text'])}</li>" for one in criterion.get("levels", ()))
    return f"<ul>{rows}</ul>" if rows else ""


def _by_hand(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    is_upload = "kinds" in content
    piece.is_human = True
    if content.get("min_words") or content.get("max_words"):
        piece.lose(WORDS)
    notes = block(key["model_answer"]) if key.get("model_answer") else ""
    if key.get("rubric"):
        piece.lose(RUBRIC)
        rows = (
            f"<li>{xhtml(entry['criterion'])} ({number(entry['points'])}){_levels(entry)}</li>"
            for entry in key["rubric"]
        )
        notes += f"<ul>{''.join(rows)}</ul>"
    if notes:
        notes = f"<qti-content-body>{notes}</qti-content-body>"
        notes = f'<qti-rubric-block use="scoring" view="scorer">{notes}</qti-rubric-block>'
    piece.declare("single", "file" if is_upload else "string")
    name = "qti-upload-interaction" if is_upload else "qti-extended-text-interaction"
    piece.body = f'{block(content["stem"])}{notes}<{name} response-identifier="{piece.response}"/>'


def _pairs(
    piece: Piece,
    left: Sequence[Any],
    right: Sequence[Any],
    pairs: Mapping[str, Any],
    key: Mapping[str, Any],
    limits: Mapping[str, int] = NO_LIMITS,
) -> None:
    several = {a: (b,) if isinstance(b, str) else tuple(b) for a, b in pairs.items()}
    correct = [f"L_{a} R_{b}" for a, partners in several.items() for b in partners]
    mapping = ""
    grading = key.get("grading", "per_pair")
    if grading == "per_pair" and limits:
        # What each left one earns has a floor of its own, which no map of pairs has.
        piece.lose(PAIR_RULE)
        grading = "all_or_nothing"
    if grading == "all_or_nothing":
        piece.rules.append(match_correct(piece, piece.response, piece.marks))
    else:
        worths = {pair: piece.marks / len(left) for pair in correct}
        bounds: dict[str, float] = {}
        if grading == "sum_of_fractions":
            found = key["fractions"].items()
            worths = {f"L_{a} R_{b}": worth * piece.marks for a, row in found for b, worth in row.items()}
            bounds = {"lower": 0, "upper": piece.marks}
        mapping = mapping_of(worths, **bounds)
        piece.rules.append(map_rule(piece, piece.response))
    piece.declare("multiple", "directedPair", correct=correct, mapping=mapping)
    sides = []
    for prefix, options in (("L_", left), ("R_", right)):
        choices = ""
        for option in options:
            most = limits.get(option["id"], 1) if prefix == "L_" else 0
            named = [{"id": f"{prefix}{option['id']}", "text": option["text"]}]
            choices += choices_of(named, tag="qti-simple-associable-choice", extra=f' match-max="{most}"')
        sides.append(f"<qti-simple-match-set>{choices}</qti-simple-match-set>")
    attrs = f'response-identifier="{piece.response}" max-associations="0"'
    piece.body += f"<qti-match-interaction {attrs}>{''.join(sides)}</qti-match-interaction>"


def _matching(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    piece.body = block(content["stem"])
    _pairs(piece, content["left"], content["right"], key["pairs"], key, content.get("partners") or NO_LIMITS)


def _categorisation(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    piece.body = block(content["stem"])
    _pairs(piece, content["items"], content["categories"], key["placement"], key)


def _ordering(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    if key.get("grading", "all_or_nothing") != "all_or_nothing":
        piece.lose(ORDER_RULE)
    piece.declare("ordered", "identifier", correct=key["order"])
    branches = [
        (
            f"<qti-match>{variable(piece.response)}<qti-ordered>{''.join(map(as_identifier, order))}</qti-ordered>"
            "</qti-match>",
            piece.add(as_float(fraction * piece.marks)),
        )
        for order, fraction in [
            (key["order"], 1.0),
            *((other["order"], other["fraction"]) for other in key.get("accepted") or ()),
        ]
    ]
    if len(branches) > 1:
        piece.rules.append(if_rule(branches))
    else:
        piece.rules.append(match_correct(piece, piece.response, piece.marks))
    piece.body = (
        f'{block(content["stem"])}<qti-order-interaction response-identifier="{piece.response}" shuffle="true">'
        f"{choices_of(content['items'])}</qti-order-interaction>"
    )


WRITERS: dict[str, Callable[[Piece, Mapping[str, Any], Mapping[str, Any]], None]] = {
    "single_choice": _single,
    "true_false": _true_false,
    "multiple_choice": _multiple,
    "fill_blank": _blanks,
    "cloze": _blanks,
    "numerical": _numerical,
    "short_text": _short_text,
    "essay": _by_hand,
    "file_upload": _by_hand,
    "matching": _matching,
    "categorisation": _categorisation,
    "ordering": _ordering,
}
"""What writes each type; a passage is written by its questions, a hotspot in `exams.interchange.formats.qti.writer`."""
