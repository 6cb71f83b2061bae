"""Template processing without chance: variables that come out the same for every learner are put into the question.

A question that draws lots is made anew for each learner; it is declined.
"""

from collections.abc import Iterator

from exams.interchange.formats.qti.declarations import TEMPLATE, Declarations
from exams.interchange.formats.qti.expressions import Scope, evaluate, is_true
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.values import Unsupported, Value

_CHANCE = ("random", "randominteger", "randomfloat", "templateconstraint")
_RULES = ("settemplatevalue", "setcorrectresponse", "setdefaultvalue", "templatecondition", "exittemplate")


def carry_out_template(item: Node, declared: Declarations) -> None:
    """Give template variables their values and responses what the template says is right; Unsupported where chance or
    a rule unknown to us has a part in it."""
    for node in item.nodes:
        if node.name == "templatedeclaration" and node.get("mathvariable").strip() in ("true", "1"):
            raise Unsupported(TEMPLATE)
    # A choice that only some learners see would make them meet different questions after all.
    if any(node.get("templateidentifier") and not node.name.startswith("template") for node in item.walk()):
        raise Unsupported(TEMPLATE)
    for node in item.nodes:
        if node.name != "templateprocessing":
            continue
        if any(inner.name in _CHANCE for inner in node.walk()):
            raise Unsupported(TEMPLATE)
        _carry_out(node.nodes, declared)


def _carry_out(rules: list[Node], declared: Declarations) -> bool:
    """Carry out rules in order; tell whether processing goes on."""
    scope = Scope(declared, {}, {})
    for rule in rules:
        if rule.name not in _RULES:
            raise Unsupported(TEMPLATE)
        if rule.name == "exittemplate":
            return False
        if rule.name == "templatecondition":
            if not _condition(rule, declared, scope):
                return False
            continue
        name = rule.get("identifier")
        value = evaluate(rule.nodes[0], scope) if rule.nodes else None
        known = declared.templates if rule.name == "settemplatevalue" else declared.responses
        if name not in known or rule.name == "setdefaultvalue":
            raise Unsupported(TEMPLATE)
        if rule.name == "settemplatevalue":
            known[name].default = value
        else:
            known[name].correct, known[name].is_ambiguous = value, False
    return True


def _condition(rule: Node, declared: Declarations, scope: Scope) -> bool:
    for branch in rule.nodes:
        if branch.name == "templateelse":
            return _carry_out(branch.nodes, declared)
        if branch.name not in ("templateif", "templateelseif") or not branch.nodes:
            raise Unsupported(TEMPLATE)
        if is_true(branch.nodes[0], scope):
            return _carry_out(branch.nodes[1:], declared)
    return True


def printed(node: Node, declared: Declarations) -> str | None:
    """Return what a printed template variable reads; None where it is no template variable, or is to be printed in a
    format of its own."""
    made = declared.templates.get(node.get("identifier").strip())
    if made is None or node.get("format").strip() or made.cardinality != "single":
        return None
    return "".join(_texts(made.default))


def _texts(value: Value | None) -> Iterator[str]:
    for item in value.items if value else ():
        if isinstance(item, bool):
            yield "true" if item else "false"
        elif isinstance(item, tuple):
            yield " ".join(map(str, item))
        else:
            yield str(item)


def is_template_shown(node: Node, declared: Declarations) -> bool:
    """Tell whether a part of the text that hangs on a template variable is shown."""
    made = declared.templates.get(node.get("templateidentifier").strip())
    if made is None:
        raise Unsupported(TEMPLATE)
    held = [str(item) for item in made.default.items] if made.default else []
    return (node.get("identifier").strip() in held) != (node.get("showhide", "show") == "hide")
