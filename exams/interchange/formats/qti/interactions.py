"""The interactions of QTI 2 and 3, read into one shape."""

from collections.abc import Callable
from decimal import Decimal

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.declarations import Declaration, checked_area
from exams.interchange.formats.qti.model import Choice, Feedback, Interaction, Picture, Spot
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.rich import CLOSE, OPEN, Writer, tidy
from exams.interchange.formats.qti.values import Unsupported, parse_number

_CUSTOM = gettext_noop("This question is answered in a part of its own (%(name)s), which only its maker's player runs.")
_NO_PICTURE = gettext_noop("The picture of this question is missing.")
_DRAWING = gettext_noop("Drawing on a picture is not possible here.")
_NOT_HERE = gettext_noop("Answering by %(name)s is not possible here.")
_NO_RESPONSE = gettext_noop("The question has no place for the response %(name)s.")
_RANGE = gettext_noop("The range of this question is not said.")

INTERACTIONS: dict[str, str] = {
    "choiceinteraction": "choice",
    "inlinechoiceinteraction": "inline",
    "textentryinteraction": "text",
    "extendedtextinteraction": "extended",
    "orderinteraction": "order",
    "matchinteraction": "match",
    "associateinteraction": "associate",
    "gapmatchinteraction": "gapmatch",
    "hottextinteraction": "hottext",
    "hotspotinteraction": "hotspot",
    "graphicorderinteraction": "graphicorder",
    "selectpointinteraction": "points",
    "positionobjectinteraction": "points",
    "sliderinteraction": "slider",
    "uploadinteraction": "upload",
}
INLINE = {"inline", "text"}
_DECLINED = {
    "graphicassociateinteraction": gettext_noop("Joining places of a picture is not possible here."),
    "graphicgapmatchinteraction": gettext_noop("Placing things on a picture is not possible here."),
}


def is_interaction(node: Node) -> bool:
    """Tell whether an element is something to be answered."""
    return node.name.endswith("interaction") and node.name != "interaction"


def _most(node: Node, name: str, usual: int) -> int:
    found = parse_number(node.get(name)) if node.get(name).strip() else None
    return usual if found is None or not 0 <= found <= 10_000 else int(found)


def _choice(node: Node, writer: Writer, *, usual_most: int = 1) -> Choice:
    """Read a choice; feedback inside it is set apart."""
    feedback = []
    outer = writer.hook

    def hook(inner: Node, to: Writer) -> str | None:
        if inner.name in ("feedbackinline", "feedbackblock"):
            feedback.append(feedback_of(inner, to))
            return ""
        return outer(inner, to) if outer is not None else None

    writer.hook = hook
    try:
        text = writer.rich(node)
    finally:
        writer.hook = outer
    most = _most(node, "matchmax", usual_most)
    return Choice(node.get("identifier").strip(), text, most, feedback)


def feedback_of(node: Node, writer: Writer) -> Feedback:
    """Read a feedback element."""
    is_hidden = node.get("showhide", "show") == "hide"
    return Feedback(
        node.get("outcomeidentifier").strip(), node.get("identifier").strip(), is_hidden, tidy(writer.inner(node))
    )


def _picture(node: Node, writer: Writer) -> Picture:
    """Return the background picture of a graphic interaction; Unsupported when there is none."""
    stack = list(node.nodes)
    while stack:
        found = stack.pop(0)
        if found.name in ("object", "img", "picture", "image"):
            if found.name == "picture":
                stack = found.nodes + stack
                continue
            address = writer.assets.address(found.get("data") or found.get("src"))
            if not address:
                break
            alt = found.get("alt") or " ".join(found.text.split())
            return Picture(address, alt.strip()[:500], _most(found, "width", 0), _most(found, "height", 0))
    raise Unsupported(_NO_PICTURE)


def _match(made: Interaction, node: Node, writer: Writer) -> None:
    sets = node.find_all("simplematchset")
    made.maximum = _most(node, "maxassociations", 1)
    if len(sets) == 2:
        made.choices = [_choice(entry, writer) for entry in sets[0].find_all("simpleassociablechoice")]
        made.targets = [_choice(entry, writer) for entry in sets[1].find_all("simpleassociablechoice")]


def _gap_match(made: Interaction, node: Node, writer: Writer) -> None:
    texts = {"gaptext", "gapimg"}
    made.choices = [_choice(entry, writer) for entry in node.nodes if entry.name in texts]
    outer = writer.hook

    def hook(inner: Node, to: Writer) -> str | None:
        if inner.name in texts or inner.name == "prompt":
            return ""
        if inner.name == "gap":
            made.targets.append(Choice(inner.get("identifier").strip(), ""))
            return f"{OPEN}{made.identifier}:{len(made.targets) - 1}{CLOSE}"
        return outer(inner, to) if outer is not None else None

    writer.hook = hook
    try:
        made.passage = tidy(writer.inner(node))
    finally:
        writer.hook = outer


def _hot_text(made: Interaction, node: Node, writer: Writer) -> None:
    outer = writer.hook

    def hook(inner: Node, to: Writer) -> str | None:
        if inner.name == "prompt":
            return ""
        if inner.name == "hottext":
            text = to.inner(inner).strip()
            made.choices.append(Choice(inner.get("identifier").strip(), tidy(text)))
            return f"<u>{text}</u>"
        return outer(inner, to) if outer is not None else None

    writer.hook = hook
    try:
        made.passage = tidy(writer.inner(node))
    finally:
        writer.hook = outer


def _spots(made: Interaction, node: Node, writer: Writer) -> None:
    made.picture = _picture(node, writer)
    for entry in node.find_all("hotspotchoice"):
        shape, coords = checked_area(entry.get("shape"), entry.get("coords"))
        label = (entry.get("hotspotlabel") or " ".join(entry.text.split()))[:200]
        made.spots.append(Spot(entry.get("identifier").strip(), shape, coords, label))


def _points(made: Interaction, node: Node, writer: Writer) -> None:
    made.picture = _picture(node, writer)


def _slider(made: Interaction, node: Node, writer: Writer) -> None:
    made.lower, made.upper = parse_number(node.get("lowerbound")), parse_number(node.get("upperbound"))
    if made.lower is None or made.upper is None or made.lower > made.upper:
        raise Unsupported(_RANGE)
    made.step = parse_number(node.get("step")) or Decimal(1)


def _simple(made: Interaction, node: Node, writer: Writer) -> None:
    made.choices = [_choice(entry, writer) for entry in node.nodes if entry.name in ("simplechoice", "inlinechoice")]


def _text(made: Interaction, node: Node, writer: Writer) -> None:
    made.size = min(max(_most(node, "expectedlength", 12), 2), 200)


_KINDS = {
    "picture": ("image", "picture"),
    "audio": ("audio",),
    "video": ("video",),
    "archive": ("zip", "compressed"),
}


def _upload(made: Interaction, node: Node, writer: Writer) -> None:
    wanted = node.get("type").lower()
    kinds = tuple(kind for kind, words in _KINDS.items() if any(word in wanted for word in words))
    made.kinds = kinds or ("picture", "document")
    made.maximum = _most(node, "maxchoices", 1)


_READERS: dict[str, Callable[[Interaction, Node, Writer], None]] = {
    "choice": _simple,
    "inline": _simple,
    "order": _simple,
    "text": _text,
    "extended": _text,
    "match": _match,
    "associate": lambda made, node, writer: made.choices.extend(
        _choice(entry, writer) for entry in node.find_all("simpleassociablechoice")
    ),
    "gapmatch": _gap_match,
    "hottext": _hot_text,
    "hotspot": _spots,
    "graphicorder": _spots,
    "points": _points,
    "slider": _slider,
    "upload": _upload,
}


def read_interaction(node: Node, writer: Writer, responses: dict[str, Declaration]) -> Interaction:
    """Return what is to be done; Unsupported for what our types do not know, or what has no response of its own."""
    if node.name in ("custominteraction", "portablecustominteraction"):
        raise Unsupported(_CUSTOM, {"name": (node.get("customInteractionTypeIdentifier") or node.tag)[:60]})
    if node.name == "drawinginteraction":
        raise Unsupported(_DRAWING)
    if node.name in _DECLINED:
        raise Unsupported(_DECLINED[node.name])
    if node.name not in INTERACTIONS:
        raise Unsupported(_NOT_HERE, {"name": node.tag[:60]})
    identifier = node.get("responseidentifier").strip()
    declared = responses.get(identifier)
    if declared is None:
        raise Unsupported(_NO_RESPONSE, {"name": identifier[:60]})
    kind = INTERACTIONS[node.name]
    made = Interaction(kind, identifier, declared.base, declared.cardinality, tag=node.name)
    made.correct = declared.correct
    prompt = node.find("prompt")
    made.prompt = writer.rich(prompt)
    # One choice is the rule of the specification; who declares several and sets no limit means no limit.
    made.maximum = _most(node, "maxchoices", 1 if declared.cardinality == "single" else 0)
    _READERS[kind](made, node, writer)
    return made
