"""Response processing: rules carried out on a response, and what the outcomes are then."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.declarations import Declarations
from exams.interchange.formats.qti.expressions import Scope, Witness, evaluate, is_true
from exams.interchange.formats.qti.nodes import Node, parse_xml
from exams.interchange.formats.qti.values import NUMERIC, Unsupported, Value, number, parse_item, single

_UNKNOWN_RULE = gettext_noop("The marking uses a rule that QTI does not have at this place: %(name)s.")
_UNKNOWN_TEMPLATE = gettext_noop("The marking follows a template that is not known: %(name)s.")
_WRONG_TYPE = gettext_noop("The marking puts a value of the wrong type into %(name)s.")
_NO_TABLE = gettext_noop("The marking looks up %(name)s in a table that is not there.")
_TOO_MUCH = gettext_noop("There are too many different responses to check how each of them is marked.")
_NO_SCORE = gettext_noop("The marking sets no score.")

_MATCH = """<p><responseCondition>
<responseIf><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>
<setOutcomeValue identifier="SCORE">{right}</setOutcomeValue></responseIf>
<responseElse><setOutcomeValue identifier="SCORE"><baseValue baseType="float">0</baseValue></setOutcomeValue>
</responseElse></responseCondition></p>"""
_MAP = """<p><responseCondition>
<responseIf><isNull><variable identifier="RESPONSE"/></isNull>
<setOutcomeValue identifier="SCORE"><baseValue baseType="float">0</baseValue></setOutcomeValue></responseIf>
<responseElse><setOutcomeValue identifier="SCORE"><{map} identifier="RESPONSE"/></setOutcomeValue>
</responseElse></responseCondition></p>"""
_ONE = '<baseValue baseType="float">1</baseValue>'
_MAXIMUM = '<variable identifier="MAXSCORE"/>'

_TEMPLATES = {
    "match_correct": _MATCH.format(right=_ONE),
    "map_response": _MAP.format(map="mapResponse"),
    "map_response_point": _MAP.format(map="mapResponsePoint"),
    "cc2_match": _MATCH.format(right=_ONE),
    "cc2_match_basic": _MATCH.format(right=_MAXIMUM),
    "cc2_map_response": _MAP.format(map="mapResponse"),
}


_SHOW_BASIC = """<p><responseCondition>
<responseIf><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>{right}</responseIf>
<responseElse>{wrong}</responseElse></responseCondition></p>"""
_SHOW = """<p><responseCondition>
<responseIf><equal toleranceMode="exact"><variable identifier="MAXSCORE"/><variable identifier="SCORE"/></equal>
{right}</responseIf><responseElse>{wrong}</responseElse></responseCondition></p>"""
_SET = '<setOutcomeValue identifier="{name}"><baseValue baseType="identifier">{value}</baseValue></setOutcomeValue>'
_FEEDBACK = {"cc2_match_basic": ("FEEDBACKBASIC", _SHOW_BASIC), "cc2_map_response": ("FEEDBACK", _SHOW)}

MAXIMUM_WORK = 1_500_000


@dataclass
class Processing:
    """The rules of an item, and its variables. `template` names the standard template they come from, if any."""

    declared: Declarations
    rules: list[Node] = field(default_factory=list)
    is_given: bool = False
    template: str = ""
    work: int = 0

    @cached_property
    def size(self) -> int:
        """How many elements the rules have."""
        return sum(1 for rule in self.rules for _ in rule.walk()) + len(self.declared.outcomes)

    def run(self, responses: dict[str, Value | None], witness: Witness | None = None) -> dict[str, Value | None]:
        """Return all outcomes after a response; Unsupported when a rule cannot be carried out."""
        self.work += self.size
        if self.work > MAXIMUM_WORK:
            raise Unsupported(_TOO_MUCH)
        outcomes = {name: made.start for name, made in self.declared.outcomes.items()}
        scope = Scope(self.declared, dict(responses), outcomes, witness or Witness())
        _carry_out(self.rules, scope)
        return scope.outcomes

    def score(self, responses: dict[str, Value | None], witness: Witness | None = None) -> Decimal:
        """Return SCORE after a response; Unsupported when there is none, or none that is a number."""
        if "SCORE" not in self.declared.outcomes:
            raise Unsupported(_NO_SCORE)
        value = self.run(responses, witness)["SCORE"]
        if value is None:
            raise Unsupported(_NO_SCORE)
        if value.base not in NUMERIC or not value.is_single:
            raise Unsupported(_WRONG_TYPE, {"name": "SCORE"})
        return Decimal(value.item)


def processing_of(item: Node, declared: Declarations) -> Processing:
    """Return how an item is marked: its own rules or those of a standard template; Unsupported for another template."""
    made = Processing(declared)
    node = item.find("responseprocessing")
    if node is None:
        return made
    made.rules = node.nodes
    made.is_given = bool(made.rules)
    template = node.get("template").strip() or node.get("templatelocation").strip()
    if not made.rules and template:
        name = template.rstrip("/").rsplit("/", 1)[-1].removesuffix(".xml").lower()
        if name not in _TEMPLATES:
            raise Unsupported(_UNKNOWN_TEMPLATE, {"name": template[:120]})
        made.rules = parse_xml(_TEMPLATES[name].encode()).nodes
        made.is_given = True
        made.template = name
        shown, text = _FEEDBACK.get(name, ("", ""))
        if shown in declared.outcomes and (shown == "FEEDBACKBASIC" or "MAXSCORE" in declared.outcomes):
            right, wrong = (_SET.format(name=shown, value=value) for value in ("correct", "incorrect"))
            made.rules += parse_xml(text.format(right=right, wrong=wrong).encode()).nodes
    return made


def match_correct_rules(identifier: str) -> list[Node]:
    """Return the rules of the template match_correct for a response of any name."""
    rules = parse_xml(_TEMPLATES["match_correct"].encode()).nodes
    for node in (inner for rule in rules for inner in rule.walk()):
        if node.get("identifier") == "RESPONSE":
            node.attrs["identifier"] = identifier
    return rules


def _carry_out(rules: list[Node], scope: Scope) -> bool:
    """Carry out rules in order; tell whether processing goes on."""
    for rule in rules:
        if rule.name == "responsecondition":
            if not _condition(rule, scope):
                return False
        elif rule.name == "setoutcomevalue":
            expression = rule.nodes[0] if rule.nodes else rule
            _assign(rule, evaluate(expression, scope), scope)
        elif rule.name == "lookupoutcomevalue":
            _look_up(rule, scope)
        elif rule.name == "responseprocessingfragment":
            if not _carry_out(rule.nodes, scope):
                return False
        elif rule.name == "exitresponse":
            return False
        else:
            raise Unsupported(_UNKNOWN_RULE, {"name": rule.tag[:60]})
    return True


def _condition(rule: Node, scope: Scope) -> bool:
    for branch in rule.nodes:
        if branch.name == "responseelse":
            return _carry_out(branch.nodes, scope)
        if branch.name not in ("responseif", "responseelseif") or not branch.nodes:
            raise Unsupported(_UNKNOWN_RULE, {"name": branch.tag[:60]})
        if is_true(branch.nodes[0], scope):
            return _carry_out(branch.nodes[1:], scope)
    return True


def _assign(rule: Node, value: Value | None, scope: Scope) -> None:
    name = rule.get("identifier")
    declared = scope.declared.outcomes.get(name)
    if declared is None and name == "completionStatus":
        return
    if declared is None:
        raise Unsupported(_UNKNOWN_RULE, {"name": f"{rule.tag} {name}"[:60]})
    if value is not None and (value.cardinality != declared.cardinality or value.base != declared.base):
        if {value.base, declared.base} <= NUMERIC and value.is_single and declared.cardinality == "single":
            if declared.base == "integer" and Decimal(value.item) != int(value.item):
                raise Unsupported(_WRONG_TYPE, {"name": name[:60]})
            scope.witness.look_into(value)
            value = number(int(value.item) if declared.base == "integer" else Decimal(value.item))
        elif name == "SCORE":
            raise Unsupported(_WRONG_TYPE, {"name": name[:60]})
    scope.outcomes[name] = value


def _look_up(rule: Node, scope: Scope) -> None:
    name = rule.get("identifier")
    declared = scope.declared.outcomes.get(name)
    if declared is None or declared.table is None or not rule.nodes:
        raise Unsupported(_NO_TABLE, {"name": name[:60]})
    value = evaluate(rule.nodes[0], scope)
    if value is not None and (value.base not in NUMERIC or not value.is_single):
        raise Unsupported(_WRONG_TYPE, {"name": name[:60]})
    scope.witness.compare(*([value, _sources(declared.table.entries)] if value is not None else [_NOTHING, _NOTHING]))
    target = declared.table.look_up(Decimal(value.item) if value is not None else None)
    scope.outcomes[name] = None if target is None else single(declared.base, parse_item(declared.base, target))


_NOTHING = Value("multiple", "float", ())


def _sources(entries: tuple[tuple[Decimal, str, bool], ...]) -> Value:
    return Value("multiple", "float", tuple(at for at, _, _ in entries))
