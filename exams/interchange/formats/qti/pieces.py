"""Questions as pieces of a QTI 3.0 item: declarations, body and rules, by type."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.texts import escaped_pattern
from exams.interchange.formats.qti.xhtml import block, escaped, number, xhtml

PAPER_RULE = gettext_noop(
    "How a choice that is partly right counts is a matter of the paper; all or nothing is written."
)
FOLDING = gettext_noop("That width, spaces or punctuation do not count is lost; letters are compared as they are.")
ORDER_FREE = gettext_noop("That answers may be swapped between blanks is lost.")
ORDER_RULE = gettext_noop("Marks for an order that is partly right are lost; all or nothing is written.")
RUBRIC = gettext_noop("The rubric is written as notes for the marker.")
UNITS = gettext_noop("Units are lost.")
FEEDBACK = gettext_noop("Feedback for single answers is lost.")
CANNOT = gettext_noop("QTI cannot carry a question of the type %(type)s.")
WORDS = gettext_noop("The length asked for is lost.")


@dataclass
class Piece:
    """A question under a name: the suffix of its variables. `score` is the outcome it sets, out of `marks`."""

    suffix: str
    marks: float
    declared: list[str] = field(default_factory=list)
    body: str = ""
    rules: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    is_human: bool = False

    @property
    def response(self) -> str:
        """The name of its response."""
        return f"RESPONSE{self.suffix}"

    @property
    def score(self) -> str:
        """The name of its score."""
        return f"SCORE{self.suffix}"

    def declare(
        self, cardinality: str, base: str, *, name: str = "", correct: Sequence[str] = (), mapping: str = ""
    ) -> None:
        """Declare a response."""
        values = "".join(f"<qti-value>{escaped(value)}</qti-value>" for value in correct)
        right = f"<qti-correct-response>{values}</qti-correct-response>" if values else ""
        self.declared.append(
            f'<qti-response-declaration identifier="{name or self.response}" cardinality="{cardinality}" '
            f'base-type="{base}">{right}{mapping}</qti-response-declaration>'
        )

    def add(self, amount: str) -> str:
        """Return the rule that adds an expression to the score."""
        return (
            f'<qti-set-outcome-value identifier="{self.score}"><qti-sum><qti-variable identifier="{self.score}"/>'
            f"{amount}</qti-sum></qti-set-outcome-value>"
        )

    def lose(self, text: str) -> None:
        """Note a loss."""
        self.losses.append(text)


def _float(value: float) -> str:
    return f'<qti-base-value base-type="float">{number(value)}</qti-base-value>'


def _identifier(value: str) -> str:
    return f'<qti-base-value base-type="identifier">{value}</qti-base-value>'


def _variable(name: str) -> str:
    return f'<qti-variable identifier="{name}"/>'


def _if(branches: Sequence[tuple[str, str]]) -> str:
    """Return a condition with its alternatives, the first that holds decides."""
    parts = []
    for at, (test, rule) in enumerate(branches):
        name = "qti-response-if" if at == 0 else "qti-response-else-if"
        parts.append(f"<{name}>{test}{rule}</{name}>")
    return f"<qti-response-condition>{''.join(parts)}</qti-response-condition>"


def _match_correct(piece: Piece, name: str, worth: float) -> str:
    test = f'<qti-match>{_variable(name)}<qti-correct identifier="{name}"/></qti-match>'
    return _if([(test, piece.add(_float(worth)))])


def _map(piece: Piece, name: str) -> str:
    return _if(
        [
            (
                f"<qti-not><qti-is-null>{_variable(name)}</qti-is-null></qti-not>",
                piece.add(f'<qti-map-response identifier="{name}"/>'),
            )
        ]
    )


def _mapping(
    worths: Mapping[str, float], *, lower: float | None = None, upper: float | None = None, default: float = 0
) -> str:
    bounds = "".join(
        f' {name}="{number(value)}"'
        for name, value in (("lower-bound", lower), ("upper-bound", upper))
        if value is not None
    )
    entries = "".join(
        f'<qti-map-entry map-key="{escaped(key)}" mapped-value="{number(worth)}"/>' for key, worth in worths.items()
    )
    if not entries:
        return ""
    return f'<qti-mapping default-value="{number(default)}"{bounds}>{entries}</qti-mapping>'


def _choices(options: Sequence[Mapping[str, str]], *, tag: str = "qti-simple-choice", extra: str = "") -> str:
    return "".join(f'<{tag} identifier="{option["id"]}"{extra}>{xhtml(option["text"])}</{tag}>' for option in options)


def _option_feedback(piece: Piece, feedback: Mapping[str, str]) -> None:
    """Show the feedback of chosen options."""
    if not feedback:
        return
    name = f"FEEDBACK{piece.suffix}"
    piece.declared.append(
        f'<qti-outcome-declaration identifier="{name}" cardinality="multiple" base-type="identifier"/>'
    )
    piece.rules.append(
        f'<qti-set-outcome-value identifier="{name}"><qti-multiple>{_variable(piece.response)}</qti-multiple>'
        "</qti-set-outcome-value>"
    )
    for option, text in feedback.items():
        piece.feedback.append(
            f'<qti-modal-feedback outcome-identifier="{name}" identifier="{option}" show-hide="show">'
            f"<qti-content-body>{block(text)}</qti-content-body></qti-modal-feedback>"
        )


def _single(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    worths = {option: fraction * piece.marks for option, fraction in key["fractions"].items() if fraction}
    right = [option for option, fraction in key["fractions"].items() if fraction == 1][:1]
    piece.declare("single", "identifier", correct=right, mapping=_mapping(worths))
    piece.body = (
        f'{block(content["stem"])}<qti-choice-interaction response-identifier="{piece.response}" max-choices="1">'
        f"{_choices(content['options'])}</qti-choice-interaction>"
    )
    piece.rules.append(_map(piece, piece.response))
    _option_feedback(piece, key.get("feedback") or {})


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
        mapping = _mapping(worths, lower=(key.get("floor") or 0) * piece.marks, upper=piece.marks)
        piece.rules.append(_map(piece, name))
    elif rule == "net_correct":
        mapping = _mapping(dict.fromkeys(correct, share), lower=0, default=-share)
        piece.rules.append(_map(piece, name))
    elif rule == "each_option":
        _each_option(piece, ids, correct)
    else:
        piece.rules.append(_if(_accepted(piece, correct, key.get("accepted") or ())))
    piece.declare("multiple", "identifier", correct=correct, mapping=mapping)
    limit = content.get("maximum_choices") or 0
    piece.body = (
        f'{block(content["stem"])}<qti-choice-interaction response-identifier="{name}" max-choices="{limit}">'
        f"{_choices(content['options'])}</qti-choice-interaction>"
    )
    _option_feedback(piece, key.get("feedback") or {})


def _each_option(piece: Piece, ids: Sequence[str], correct: Sequence[str]) -> None:
    some = f"<qti-not><qti-is-null>{_variable(piece.response)}</qti-is-null></qti-not>"
    for id_ in ids:
        member = f"<qti-member>{_identifier(id_)}{_variable(piece.response)}</qti-member>"
        test = member if id_ in correct else f"<qti-and>{some}<qti-not>{member}</qti-not></qti-and>"
        piece.rules.append(_if([(test, piece.add(_float(piece.marks / len(ids))))]))


def _accepted(piece: Piece, correct: Sequence[str], others: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    rule = piece.add(_float(piece.marks))
    return [
        (
            f"<qti-match>{_variable(piece.response)}"
            f"<qti-multiple>{''.join(map(_identifier, ids))}</qti-multiple></qti-match>",
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
            test = f'<qti-pattern-match pattern="{escaped(pattern)}">{_variable(name)}</qti-pattern-match>'
        elif key.get("match") == "regex":
            test = f'<qti-pattern-match pattern="{escaped(text)}">{_variable(name)}</qti-pattern-match>'
        else:
            plain = text.replace(r"\*", "*") if is_wild else text
            sensitive = "false" if is_folded else "true"
            test = (
                f'<qti-string-match case-sensitive="{sensitive}">{_variable(name)}'
                f'<qti-base-value base-type="string">{escaped(plain)}</qti-base-value></qti-string-match>'
            )
        branches.append((test, piece.add(_float(fraction * worth))))
        if answer.get("feedback"):
            piece.lose(FEEDBACK)
    first = next((answer["text"] for answer in key["answers"] if answer.get("fraction", 1) == 1), "")
    piece.declare("single", "string", name=name, correct=[first] if first and key.get("match") != "regex" else [])
    piece.rules.append(_if(branches))


def _number_rules(piece: Piece, name: str, answers: Sequence[Mapping[str, Any]], worth: float) -> None:
    branches = []
    for answer in answers:
        kind = answer.get("tolerance_kind", "absolute")
        tolerance = float(answer.get("tolerance") or 0)
        expected = f'<qti-base-value base-type="float">{escaped(answer["value"])}</qti-base-value>'
        if kind == "significant":
            test = (
                f'<qti-equal-rounded rounding-mode="significantFigures" figures="{int(tolerance)}">{_variable(name)}'
                f"{expected}</qti-equal-rounded>"
            )
        else:
            mode = "absolute" if kind == "absolute" else "relative"
            reach = number(tolerance if kind == "absolute" else tolerance * 100)
            attrs = f'tolerance-mode="{mode}" tolerance="{reach} {reach}"'
            test = f"<qti-equal {attrs}>{expected}{_variable(name)}</qti-equal>"
        branches.append((test, piece.add(_float(answer.get("fraction", 1) * worth))))
        if answer.get("feedback"):
            piece.lose(FEEDBACK)
    piece.declare("single", "float", name=name, correct=[str(answers[0]["value"])])
    piece.rules.append(_if(branches))


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
            inner.declare("single", "identifier", name=name, correct=right, mapping=_mapping(worths))
            inner.rules.append(_map(inner, name))
            places[part["id"]] = (
                f'<qti-inline-choice-interaction response-identifier="{name}">'
                f"{_choices(part['options'], tag='qti-inline-choice')}</qti-inline-choice-interaction>"
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
    piece.rules.append(_if([(f"<qti-gte>{_variable(raw)}{_float(count)}</qti-gte>", piece.add(_float(piece.marks)))]))


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


def _by_hand(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    is_upload = "kinds" in content
    piece.is_human = True
    if content.get("min_words") or content.get("max_words"):
        piece.lose(WORDS)
    notes = block(key["model_answer"]) if key.get("model_answer") else ""
    if key.get("rubric"):
        piece.lose(RUBRIC)
        rows = (f"<li>{xhtml(entry['criterion'])} ({number(entry['points'])})</li>" for entry in key["rubric"])
        notes += f"<ul>{''.join(rows)}</ul>"
    if notes:
        notes = f"<qti-content-body>{notes}</qti-content-body>"
        notes = f'<qti-rubric-block use="scoring" view="scorer">{notes}</qti-rubric-block>'
    piece.declare("single", "file" if is_upload else "string")
    name = "qti-upload-interaction" if is_upload else "qti-extended-text-interaction"
    piece.body = f'{block(content["stem"])}{notes}<{name} response-identifier="{piece.response}"/>'


def _pairs(
    piece: Piece, left: Sequence[Any], right: Sequence[Any], pairs: Mapping[str, str], key: Mapping[str, Any]
) -> None:
    correct = [f"L_{a} R_{b}" for a, b in pairs.items()]
    mapping = ""
    grading = key.get("grading", "per_pair")
    if grading == "all_or_nothing":
        piece.rules.append(_match_correct(piece, piece.response, piece.marks))
    else:
        worths = {pair: piece.marks / len(left) for pair in correct}
        bounds: dict[str, float] = {}
        if grading == "sum_of_fractions":
            found = key["fractions"].items()
            worths = {f"L_{a} R_{b}": worth * piece.marks for a, row in found for b, worth in row.items()}
            bounds = {"lower": 0, "upper": piece.marks}
        mapping = _mapping(worths, **bounds)
        piece.rules.append(_map(piece, piece.response))
    piece.declare("multiple", "directedPair", correct=correct, mapping=mapping)
    sides = []
    for prefix, options, most in (("L_", left, 1), ("R_", right, 0)):
        named = [{"id": f"{prefix}{option['id']}", "text": option["text"]} for option in options]
        choices = _choices(named, tag="qti-simple-associable-choice", extra=f' match-max="{most}"')
        sides.append(f"<qti-simple-match-set>{choices}</qti-simple-match-set>")
    attrs = f'response-identifier="{piece.response}" max-associations="0"'
    piece.body += f"<qti-match-interaction {attrs}>{''.join(sides)}</qti-match-interaction>"


def _matching(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    piece.body = block(content["stem"])
    _pairs(piece, content["left"], content["right"], key["pairs"], key)


def _categorisation(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    piece.body = block(content["stem"])
    _pairs(piece, content["items"], content["categories"], key["placement"], key)


def _ordering(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    if key.get("grading", "all_or_nothing") != "all_or_nothing":
        piece.lose(ORDER_RULE)
    piece.declare("ordered", "identifier", correct=key["order"])
    piece.rules.append(_match_correct(piece, piece.response, piece.marks))
    piece.body = (
        f'{block(content["stem"])}<qti-order-interaction response-identifier="{piece.response}" shuffle="true">'
        f"{_choices(content['items'])}</qti-order-interaction>"
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
