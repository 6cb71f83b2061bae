"""How QTI 1.2 marks a question: conditions that set or change a score, read from <resprocessing>."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.expressions import Witness
from exams.interchange.formats.qti.model import Responses
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.structure import Group
from exams.interchange.formats.qti.values import NUMERIC, Unsupported, Value, parse_number, single

_UNKNOWN = gettext_noop("The marking uses “%(name)s”, which QTI does not have at this place.")
_NO_RESPONSE = gettext_noop("The marking reads %(name)s, which the question does not declare.")
_BAD_NUMBER = gettext_noop("“%(text)s” stands where a number is needed.")
_TOO_MUCH = gettext_noop("There are too many different responses to check how each of them is marked.")
MAXIMUM_WORK = 2_000_000

PAIRS = "PAIRS"
"""The response that stands for several choices from the same list: pairs of a choice's identifier and what it got."""


@dataclass
class Condition:
    """One <respcondition>: what must hold, what then happens to the score, what is shown, and whether to go on."""

    test: Node | None
    changes: list[tuple[str, str, Decimal]]
    shown: list[str]
    goes_on: bool
    size: int = 1


@dataclass
class Scoring:
    """The score variable and its conditions. `is_cumulative` reads a missing `continue` as yes.

    `kinds` are the base types of the responses; `texts_of` are what typed answers of a choice-like response stand for.
    """

    conditions: list[Condition]
    variable: str
    start: Decimal
    lower: Decimal | None
    upper: Decimal | None
    kinds: dict[str, str]
    feedback: dict[str, str] = field(default_factory=dict)
    scale: Decimal | None = None
    work: int = 0
    accepted: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    @property
    def is_given(self) -> bool:
        """Whether any condition changes the score."""
        return any(name == self.variable for entry in self.conditions for name, _, _ in entry.changes)

    def score(self, responses: Responses, witness: Witness | None = None) -> Decimal:
        """Return the score of a response within its bounds; Unsupported for conditions that are not known."""
        return self._run(spread(responses), witness or Witness())[0]

    def shown(self, responses: Responses) -> list[str]:
        """Return the texts of the feedback that is shown."""
        return [self.feedback[name] for name in self._run(spread(responses), Witness())[1] if name in self.feedback]

    def values(self, identifier: str) -> Mapping[object, Decimal]:
        """Return nothing: QTI 1.2 has no maps."""
        return {}

    def texts(self, identifier: str) -> list[str]:
        """Return what the conditions compare the response with."""
        found: dict[str, None] = {}
        for entry in self.conditions:
            for node in entry.test.walk() if entry.test is not None else ():
                if node.get("respident") == identifier and not node.nodes:
                    found |= dict.fromkeys(self.wanted(identifier, node.text))
        return list(found)

    def wanted(self, identifier: str, text: str) -> list[str]:
        """Return the texts that a condition's text stands for."""
        return self.accepted.get(identifier, {}).get(text.strip(), [text.strip()])

    @property
    def is_sum_of_singles(self) -> bool:
        """Whether the score is a sum of what each response earns by itself, pairs taken one by one."""
        return all(len(group) <= 1 for group in self._groups(is_public=False))

    def groups(self) -> list[Group]:
        """Return the responses of each change, where changes only add up; otherwise all together."""
        return self._groups(is_public=True)

    def _groups(self, *, is_public: bool) -> list[Group]:
        whole: set[str] = set()
        found: list[Group] = []
        is_sum = True
        for entry in self.conditions:
            names = {
                self.public_name(node.get("respident")) if is_public else node.get("respident")
                for node in (entry.test.walk() if entry.test is not None else ())
                if node.get("respident")
            }
            whole |= names
            if not any(name == self.variable for name, _, _ in entry.changes):
                is_sum = is_sum and entry.goes_on
                continue
            is_sum = is_sum and entry.goes_on and all(action in ("add", "subtract") for _, action, _ in entry.changes)
            is_sum = is_sum and not any(node.name == "other" for node in (entry.test.walk() if entry.test else ()))
            found.append(frozenset(names))
        if not is_sum:
            return [frozenset(whole)]
        groups: list[Group] = []
        for term in found:
            touching = [group for group in groups if group & term]
            groups = [group for group in groups if not group & term]
            groups.append(term.union(*touching))
        return groups

    def public_name(self, identifier: str) -> str:
        """Return the response by which the converters know one."""
        return PAIRS if self.kinds.get(identifier) == "paired" else identifier

    def _run(self, responses: Responses, witness: Witness) -> tuple[Decimal, list[str]]:
        scores = {self.variable: self.start}
        shown: list[str] = []
        is_scored = False
        for entry in self.conditions:
            self.work += entry.size
            if self.work > MAXIMUM_WORK:
                raise Unsupported(_TOO_MUCH)
            if entry.test is None or not _Test(self, responses, witness, is_scored).all(entry.test):
                continue
            shown += entry.shown
            for name, action, amount in entry.changes:
                is_scored = is_scored or name == self.variable
                scores[name] = _changed(scores.get(name, Decimal(0)), action, amount)
            if not entry.goes_on:
                break
        # Thirds and sevenths of 100 add up to a little less than all.
        score = round(scores[self.variable], 12)
        if self.lower is not None:
            score = max(score, self.lower)
        if self.upper is not None:
            score = min(score, self.upper)
        return score, shown


def spread(responses: Responses) -> dict[str, Value | None]:
    """Return responses with the pairs put back into one response each."""
    made = {name: value for name, value in responses.items() if name != PAIRS}
    pairs = responses.get(PAIRS)
    for left, right in pairs.items if pairs else ():
        made[left] = single("identifier", right)
    return made


def _changed(score: Decimal, action: str, amount: Decimal) -> Decimal:
    if action == "add":
        return score + amount
    if action == "subtract":
        return score - amount
    if action == "multiply":
        return score * amount
    if action == "divide":
        return score / amount if amount else score
    return amount


@dataclass
class _Test:
    """Decides conditions on one response."""

    scoring: Scoring
    responses: Responses
    witness: Witness
    is_scored: bool

    def all(self, node: Node) -> bool:
        """Tell whether all children hold; equalities of one single response are alternatives: it cannot equal two."""
        alternatives: dict[str, list[bool]] = {}
        verdicts = []
        for child in node.nodes:
            is_equality = child.name == "varequal" and not self.is_several(child.get("respident"))
            if is_equality:
                alternatives.setdefault(child.get("respident"), []).append(self.holds(child))
            elif child.name not in ("durequal", "dursubset"):
                verdicts.append(self.holds(child))
        return all(verdicts) and all(any(found) for found in alternatives.values()) and bool(node.nodes)

    def is_several(self, identifier: str) -> bool:
        """Tell whether a response may hold several values."""
        return self.scoring.kinds.get(identifier) in ("several", "ordered")

    def holds(self, node: Node) -> bool:
        """Tell whether one condition holds; all of its parts are looked at, so that the witness sees them."""
        if node.name == "and":
            verdicts = [self.holds(child) for child in node.nodes]
            return all(verdicts)
        if node.name == "or":
            verdicts = [self.holds(child) for child in node.nodes]
            return any(verdicts)
        if node.name == "not":
            return not self.all(node)
        if node.name == "other":
            return not self.is_scored
        identifier = node.get("respident")
        if identifier not in self.scoring.kinds:
            raise Unsupported(_NO_RESPONSE, {"name": identifier[:60] or node.tag[:60]})
        value = self.responses.get(identifier)
        if node.name == "unanswered":
            return value is None
        if node.name == "varequal":
            return value is not None and self.is_equal(node, identifier, value)
        if node.name in _ORDERS:
            return value is not None and self.is_ordered(node, value)
        if node.name == "varsubset":
            wanted = {part.strip() for part in node.text.split(",")}
            return value is not None and wanted <= {str(item) for item in value.items}
        if node.name in ("varsubstring", "varextension"):
            self.witness.look_into(value)
            if node.name == "varsubstring" and value is not None:
                text, part = str(value.items[0]), node.text.strip()
                return part in text if node.get("case") == "Yes" else part.lower() in text.lower()
        raise Unsupported(_UNKNOWN, {"name": node.tag[:60]})

    def is_equal(self, node: Node, identifier: str, value: Value) -> bool:
        """Tell whether a response holds what a condition names."""
        if value.base in NUMERIC:
            wanted = _number(node)
            self.witness.compare(value, single("float", wanted))
            return Decimal(value.items[0]) == wanted
        texts = self.scoring.wanted(identifier, node.text)
        if value.base == "string":
            is_folded = node.get("case", "No").lower() != "yes"
            for text in texts:
                self.witness.compare(value, single("string", text), is_folded=is_folded)
            # The specification says nothing of spaces; the systems that write it do not count them.
            given = " ".join(str(value.items[0]).split())
            texts = [" ".join(text.split()) for text in texts]
            return any(given.lower() == text.lower() if is_folded else given == text for text in texts)
        place = node.get("index").strip()
        if place.isdecimal() and value.cardinality == "ordered":
            at = int(place)
            return 1 <= at <= len(value.items) and str(value.items[at - 1]) == node.text.strip()
        return node.text.strip() in [str(item) for item in value.items]

    def is_ordered(self, node: Node, value: Value) -> bool:
        """Tell whether a number lies as a condition says."""
        if value.base not in NUMERIC:
            raise Unsupported(_UNKNOWN, {"name": node.tag[:60]})
        wanted = _number(node)
        self.witness.compare(value, single("float", wanted))
        given = Decimal(value.items[0])
        return {
            "vargt": given > wanted,
            "vargte": given >= wanted,
            "varlt": given < wanted,
            "varlte": given <= wanted,
        }[node.name]


_ORDERS = {"vargt", "vargte", "varlt", "varlte"}


def _number(node: Node) -> Decimal:
    found = parse_number(node.text)
    if found is None:
        raise Unsupported(_BAD_NUMBER, {"text": node.text.strip()[:60]})
    return found


def whole_part(amount: Decimal) -> Decimal:
    """Return an n-th of 100 that was written with two decimals (33.33) as what it stands for."""
    if amount and amount != amount.to_integral_value() and Decimal(1) <= abs(amount) <= 50:
        count = (100 / abs(amount)).to_integral_value()
        exact = 100 / count
        if abs(exact - abs(amount)) < Decimal("0.01") and amount == amount.quantize(Decimal("0.01")):
            return exact.copy_sign(amount)
    return amount


def conditions_of(processing: Node | None, *, is_cumulative: bool) -> list[Condition]:
    """Return the conditions of a <resprocessing>; `is_cumulative` reads a missing `continue` as yes."""
    found = []
    for node in processing.find_all("respcondition") if processing is not None else ():
        changes = []
        for change in node.find_all("setvar"):
            amount = parse_number(change.text)
            if amount is None:
                raise Unsupported(_BAD_NUMBER, {"text": change.text.strip()[:60]})
            amount = whole_part(amount)
            changes.append((change.get("varname", "SCORE"), change.get("action", "Set").lower(), amount))
        shown = [entry.get("linkrefid") for entry in node.find_all("displayfeedback")]
        said = node.get("continue").lower()
        goes_on = said == "yes" or (not said and is_cumulative)
        test = node.find("conditionvar")
        found.append(Condition(test, changes, shown, goes_on, sum(1 for _ in node.walk())))
    return found
