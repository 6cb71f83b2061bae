"""Which responses the score depends on together: a proof from the rules that a score is a sum of independent parts."""

from collections.abc import Iterable

from exams.interchange.formats.qti.nodes import Node

Group = frozenset[str]
Terms = frozenset[Group]

_NOTHING: Terms = frozenset()
_ADDITIVE = {"sum", "subtract", "integertofloat"}


class _Reader:
    """Follows the rules and keeps for each outcome the groups of responses whose functions add up to it."""

    def __init__(self, responses: Iterable[str]) -> None:
        self.responses = frozenset(responses)
        self.terms: dict[str, Terms] = {}
        self.is_broken = False

    def expression(self, node: Node) -> Terms:
        """Return the groups whose functions add up to an expression."""
        name = node.get("identifier")
        if node.name == "variable":
            return frozenset([frozenset([name])]) if name in self.responses else self.terms.get(name, _NOTHING)
        if node.name in ("mapresponse", "mapresponsepoint"):
            return frozenset([frozenset([name])])
        if node.name in ("correct", "default"):
            return _NOTHING
        parts = [self.expression(child) for child in node.nodes]
        varying = [part for part in parts if part]
        is_scaled = node.name in ("product", "divide") and len(varying) == 1 and (node.name == "product" or parts[0])
        if node.name in _ADDITIVE or is_scaled:
            return frozenset().union(*varying)
        return merged(varying)

    def read(self, rules: list[Node], context: Group) -> None:
        """Follow rules that are carried out depending on the responses of a context."""
        for rule in rules:
            if rule.name == "responsecondition":
                inner = context
                for branch in rule.nodes:
                    if branch.name != "responseelse" and branch.nodes:
                        inner |= _all_of(self.expression(branch.nodes[0]))
                for branch in rule.nodes:
                    self.read(branch.nodes if branch.name == "responseelse" else branch.nodes[1:], inner)
            elif rule.name == "responseprocessingfragment":
                self.read(rule.nodes, context)
            elif rule.name == "exitresponse":
                self.is_broken |= bool(context)
            elif rule.nodes:
                self.assign(rule, context)

    def assign(self, rule: Node, context: Group) -> None:
        """Follow one assignment."""
        name, expression = rule.get("identifier"), rule.nodes[0]
        old = self.terms.get(name, _NOTHING)
        if rule.name == "lookupoutcomevalue":
            new = merged([self.expression(expression)])
            self.terms[name] = merged([new, old, frozenset([context])]) if context else new
            return
        rest = [child for child in expression.nodes if child.get("identifier") != name or child.name != "variable"]
        is_increment = expression.name == "sum" and len(rest) == len(expression.nodes) - 1
        if not context:
            self.terms[name] = self.expression(expression)
        elif is_increment:
            added = _all_of(frozenset().union(*(self.expression(child) for child in rest)))
            self.terms[name] = old | {context | added}
        else:
            self.terms[name] = merged([old, self.expression(expression), frozenset([context])])


def is_plainly_used(rules: list[Node], identifier: str, responses: Iterable[str]) -> bool:
    """Tell whether rules either compare a response with the right one or add what its map gives, and nothing else looks
    at the score. Then the right response and a few others tell how all of them are marked."""
    uses: set[str] = set()
    names = frozenset(responses)
    for rule in rules:
        set_here = {node.get("identifier") for node in rule.walk() if node.name in _ASSIGNMENTS}
        if all(name.upper().startswith("FEEDBACK") for name in set_here):
            continue
        if any(node.name == "lookupoutcomevalue" for node in rule.walk()):
            return False
        for parent in rule.walk():
            for node in parent.nodes:
                if node.name in ("variable", "mapresponse"):
                    uses.add(_use_of(parent, node, identifier, names))
    return "other" not in uses and not {"match", "map"} <= uses


_ASSIGNMENTS = {"setoutcomevalue", "lookupoutcomevalue"}


def _use_of(parent: Node, node: Node, identifier: str, responses: Group) -> str:
    """Return what a variable is used for: match, map, nothing that matters, or other."""
    name = node.get("identifier")
    if name not in responses:
        return "" if parent.name in ("sum", "setoutcomevalue") else "other"
    if name != identifier or parent.name == "isnull":
        return ""
    if node.name == "mapresponse":
        return "map" if parent.name in ("setoutcomevalue", "sum") else "other"
    others = [child for child in parent.nodes if child is not node]
    return "match" if parent.name == "match" and len(others) == 1 and others[0].name == "correct" else "other"


def _all_of(terms: Terms) -> Group:
    return frozenset().union(*terms)


def merged(parts: Iterable[Terms]) -> Terms:
    """Return one group of all responses in several terms."""
    together = frozenset().union(*(_all_of(part) for part in parts))
    return frozenset([together]) if together else _NOTHING


def additive_groups(rules: list[Node], responses: Iterable[str], *, outcome: str = "SCORE") -> list[Group]:
    """Return disjoint groups of responses such that the outcome is a sum of functions of one group each.

    One group of all responses where the rules allow no such statement.
    """
    reader = _Reader(responses)
    reader.read(rules, frozenset())
    if reader.is_broken:
        return [reader.responses]
    groups: list[Group] = []
    for term in reader.terms.get(outcome, _NOTHING):
        touching = [group for group in groups if group & term]
        groups = [group for group in groups if not group & term]
        groups.append(term.union(*touching))
    return groups
