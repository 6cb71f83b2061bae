"""A question as a piece of a QTI 3.0 item, and the rules, maps and choices of which pieces are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exams.interchange.formats.qti.xhtml import block, escaped, number, xhtml


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


def as_float(value: float) -> str:
    """Return a number as an expression."""
    return f'<qti-base-value base-type="float">{number(value)}</qti-base-value>'


def as_identifier(value: str) -> str:
    """Return an identifier as an expression."""
    return f'<qti-base-value base-type="identifier">{value}</qti-base-value>'


def variable(name: str) -> str:
    """Return what a variable holds, as an expression."""
    return f'<qti-variable identifier="{name}"/>'


def if_rule(branches: Sequence[tuple[str, str]]) -> str:
    """Return a condition with its alternatives, the first that holds decides."""
    parts = []
    for at, (test, rule) in enumerate(branches):
        name = "qti-response-if" if at == 0 else "qti-response-else-if"
        parts.append(f"<{name}>{test}{rule}</{name}>")
    return f"<qti-response-condition>{''.join(parts)}</qti-response-condition>"


def match_correct(piece: Piece, name: str, worth: float) -> str:
    """Return the rule that a right response adds to the score."""
    test = f'<qti-match>{variable(name)}<qti-correct identifier="{name}"/></qti-match>'
    return if_rule([(test, piece.add(as_float(worth)))])


def map_rule(piece: Piece, name: str) -> str:
    """Return the rule that a response adds what its map says."""
    return if_rule(
        [
            (
                f"<qti-not><qti-is-null>{variable(name)}</qti-is-null></qti-not>",
                piece.add(f'<qti-map-response identifier="{name}"/>'),
            )
        ]
    )


def mapping_of(
    worths: Mapping[str, float], *, lower: float | None = None, upper: float | None = None, default: float = 0
) -> str:
    """Return a map of what values are worth, nothing where none is worth anything."""
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


def choices_of(options: Sequence[Mapping[str, str]], *, tag: str = "qti-simple-choice", extra: str = "") -> str:
    """Return options as choices."""
    return "".join(f'<{tag} identifier="{option["id"]}"{extra}>{xhtml(option["text"])}</{tag}>' for option in options)


def option_feedback(piece: Piece, feedback: Mapping[str, str]) -> None:
    """Show the feedback of chosen options."""
    if not feedback:
        return
    name = f"FEEDBACK{piece.suffix}"
    piece.declared.append(
        f'<qti-outcome-declaration identifier="{name}" cardinality="multiple" base-type="identifier"/>'
    )
    piece.rules.append(
        f'<qti-set-outcome-value identifier="{name}"><qti-multiple>{variable(piece.response)}</qti-multiple>'
        "</qti-set-outcome-value>"
    )
    for option, text in feedback.items():
        piece.feedback.append(
            f'<qti-modal-feedback outcome-identifier="{name}" identifier="{option}" show-hide="show">'
            f"<qti-content-body>{block(text)}</qti-content-body></qti-modal-feedback>"
        )
