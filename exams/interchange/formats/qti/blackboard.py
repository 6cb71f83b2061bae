"""Blackboard's QTI 1.2: its own ways of writing are put into those of the specification before an item is read.

What Blackboard adds: texts in <mat_formattedtext>, the greatest score as `SCORE.max`, `variablename` for `varname`,
conditions that name the right answer and leave the score to the player, and matchings whose two columns stand apart.
"""

from decimal import Decimal

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.notes import Notes
from exams.interchange.formats.qti.values import Unsupported, parse_number

_PARTIAL = gettext_noop("It gives part of the marks for part of the answer, by rules that the file does not state.")
_BY_PAIR = gettext_noop("The file does not say whether single right pairs earn marks; each was taken to earn its part.")
_COLUMNS = gettext_noop("The two columns of this matching do not belong together.")

ESSAYS = {"essay", "short response"}
FILES = {"file upload"}
NAMED_PLACES = {"jumbled sentence", "fill in the blank plus"}
_LISTED = {"fill in the blank", "numeric"}
_CHOICES = {"multiple choice", "multiple answer", "true/false", "either/or", "opinion scale"}

_WORDS = {
    "agree_disagree": ("Agree", "Disagree"),
    "right_wrong": ("Right", "Wrong"),
    "true_false": ("True", "False"),
    "yes_no": ("Yes", "No"),
}


def put_plainly(item: Node, metadata: dict[str, str], notes: Notes) -> None:
    """Rewrite an item of Blackboard in place; one of any other maker keeps its meaning."""
    kind = metadata.get("bbmd_questiontype", "").lower()
    for node in item.walk():
        _name_plainly(node)
    processing = item.find("resprocessing")
    if processing is None:
        return
    bounds = _bounds(processing)
    if "bbmd_questiontype" in metadata and metadata.get("qmd_absolutescore_max"):
        bounds.setdefault("max", metadata["qmd_absolutescore_max"])
    for change in processing.walk():
        if change.name == "setvar":
            change.attrs.setdefault("varname", change.get("variablename") or "SCORE")
            words = change.text.strip().lower().rpartition(".")
            if words[2] in ("max", "min") and words[2] in bounds and words[0] == change.get("varname").lower():
                _replace(change, [bounds[words[2]]])
    if not kind:
        return
    is_partial = metadata.get("bbmd_partialcredit", "").lower() == "true"
    if is_partial and kind in _CHOICES | {"ordering", "jumbled sentence", "fill in the blank plus", "hot spot"}:
        raise Unsupported(_PARTIAL)
    if kind == "matching":
        if "bbmd_partialcredit" not in metadata:
            is_partial = True
            notes.doubt(_BY_PAIR)
        _match(item, processing, bounds.get("max", "1"), is_partial=is_partial)
    elif kind in _LISTED:
        _list_right_answers(processing, bounds.get("max", "1"), is_number=kind == "numeric")
    elif kind in _CHOICES:
        _name_sides(item)
        _feedback_by_option(item, processing)
    elif kind in ESSAYS | FILES:
        _replace(processing, [child for child in processing.nodes if child.name == "outcomes"])


def _replace(node: Node, children: list["Node | str"] | list[Node] | list[str]) -> None:
    node.children = list(children)
    node.__dict__.pop("nodes", None)


def _name_plainly(node: Node) -> None:
    """Give formatted text the name of plain text, and lift it out of its extension."""
    if not any(child.name == "matextension" for child in node.nodes):
        return
    lifted: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and child.name == "matextension":
            for inner in child.nodes:
                if inner.name == "matformattedtext":
                    is_html = inner.get("type", "HTML").upper() in ("HTML", "SMART_TEXT")
                    attrs = {"texttype": "text/html" if is_html else "text/plain"}
                    lifted.append(Node("mattext", "mattext", attrs, inner.children))
                else:
                    lifted.append(inner)
        else:
            lifted.append(child)
    _replace(node, lifted)


def _name_sides(item: Node) -> None:
    """Put words in the place of the codes of an either-or question."""
    for node in item.walk():
        if node.name == "mattext":
            pair, _, side = node.text.strip().partition(".")
            if pair in _WORDS and side in ("true", "false"):
                _replace(node, [_WORDS[pair][side == "false"]])


def _bounds(processing: Node) -> dict[str, str]:
    outcomes = processing.find("outcomes")
    declared = outcomes.find("decvar") if outcomes is not None else None
    found = {"max": "maxvalue", "min": "minvalue"}
    return {name: declared.get(attr) for name, attr in found.items() if declared is not None and declared.get(attr)}


def _is_right(condition: Node) -> bool:
    """Tell whether a condition without a score shows what is said of a right answer."""
    shown = [entry.get("linkrefid") for entry in condition.find_all("displayfeedback")]
    return condition.find("setvar") is None and "correct" in shown


def _setvar(amount: str, action: str) -> Node:
    return Node("setvar", "setvar", {"varname": "SCORE", "action": action}, [amount])


def _list_right_answers(processing: Node, maximum: str, *, is_number: bool) -> None:
    """Give each listed answer all marks; a number counts within its range."""
    for condition in processing.find_all("respcondition"):
        if not _is_right(condition):
            continue
        test = condition.find("conditionvar")
        if is_number and test is not None and {"vargte", "varlte"} <= {child.name for child in test.nodes}:
            _replace(test, [child for child in test.nodes if child.name != "varequal"])
        _replace(condition, [*condition.nodes, _setvar(maximum, "Set")])


def _feedback_by_option(item: Node, processing: Node) -> None:
    """Let what is said of an option be shown first, before the rules that end the marking."""
    outcomes = [child for child in processing.nodes if child.name == "outcomes"]
    responses = [node.get("ident") for node in item.walk() if node.name == "responselid"]
    first, rest = [], []
    for condition in processing.find_all("respcondition"):
        test = condition.find("conditionvar")
        only = test.nodes[0] if test is not None and len(test.nodes) == 1 else None
        if only is not None and only.name == "varequal" and not only.text.strip() and len(responses) == 1:
            _replace(only, [only.get("respident")])
            only.attrs["respident"] = responses[0]
            condition.attrs["continue"] = "Yes"
            _replace(condition, [child for child in condition.nodes if child.name != "setvar"])
            first.append(condition)
        else:
            rest.append(condition)
    linked = {entry.get("linkrefid") for node in [*first, *rest] for entry in node.find_all("displayfeedback")}
    options = {node.get("ident") for node in item.walk() if node.name == "responselabel"}
    for name in [said.get("ident") for said in item.find_all("itemfeedback")]:
        if name in options - linked and len(responses) == 1:
            chosen = Node("varequal", "varequal", {"respident": responses[0]}, [name])
            test = Node("conditionvar", "conditionvar", {}, [chosen])
            show = Node("displayfeedback", "displayfeedback", {"linkrefid": name})
            first.append(Node("respcondition", "respcondition", {"continue": "Yes"}, [test, show]))
    _replace(processing, [*outcomes, *first, *rest])
    of_options = {entry.get("linkrefid") for node in first for entry in node.find_all("displayfeedback")}
    for said in item.find_all("itemfeedback"):
        if said.get("ident") in of_options:
            inner = [node for node in said.walk() if node.name == "solutionmaterial"]
            _replace(said, [*said.nodes, *(child for node in inner for child in node.nodes)])
            _replace(said, [child for child in said.nodes if child.name != "solution"])


def _match(item: Node, processing: Node, maximum: str, *, is_partial: bool) -> None:
    """Write a matching as choices from the same list, each with its text, and marks for its right pairs."""
    body = item.find("presentation")
    blocks = [node for node in item.walk() if node.get("class") == "RIGHT_MATCH_BLOCK"]
    rights = [node for block in blocks for node in block.nodes]
    rows = [node for node in item.walk() if any(child.name == "responselid" for child in node.nodes)]
    questions = [node for node in item.walk() if node.get("class") == "QUESTION_BLOCK"]
    places: dict[tuple[str, str], str] = {}
    responses = []
    for row in rows:
        lid = next(child for child in row.nodes if child.name == "responselid")
        labels = [node for node in lid.walk() if node.name == "responselabel"]
        if len(labels) != len(rights):
            raise Unsupported(_COLUMNS)
        for at, label in enumerate(labels, start=1):
            places[lid.get("ident"), label.get("ident")] = f"right{at}"
        options = [
            Node("responselabel", "response_label", {"ident": f"right{at}"}, [right])
            for at, right in enumerate(rights, start=1)
        ]
        render = Node("renderchoice", "render_choice", {}, list(options))
        material = Node("flowmat", "flow_mat", {}, [child for child in row.nodes if child is not lid])
        responses.append(Node("responselid", "response_lid", dict(lid.attrs), [material, render]))
    if body is None or not responses or not rights:
        raise Unsupported(_COLUMNS)
    _replace(body, [*questions, *responses])
    outcomes = [child for child in processing.nodes if child.name == "outcomes"]
    tests = []
    for condition in processing.find_all("respcondition"):
        test = condition.find("conditionvar")
        for node in test.nodes if test is not None and _is_right(condition) else ():
            place = places.get((node.get("respident"), node.text.strip()))
            if node.name != "varequal" or place is None:
                raise Unsupported(_COLUMNS)
            tests.append(Node("varequal", "varequal", {"respident": node.get("respident")}, [place]))
    if len(tests) != len(responses):
        raise Unsupported(_COLUMNS)
    share = (parse_number(maximum) or Decimal(1)) / len(tests)
    groups = [[test] for test in tests] if is_partial else [[Node("and", "and", {}, list(tests))]]
    conditions = [
        Node(
            "respcondition",
            "respcondition",
            {"continue": "Yes"},
            [
                Node("conditionvar", "conditionvar", {}, list(group)),
                _setvar(str(share) if is_partial else maximum, "Add"),
            ],
        )
        for group in groups
    ]
    _replace(processing, [*outcomes, *conditions])
