"""One item of QTI 1.2, as Canvas, Blackboard, Respondus and others write it, from its XML to the common shape."""

import base64
import binascii
import html
import re
from decimal import Decimal

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.declarations import checked_area, decimal_of
from exams.interchange.formats.qti.marking12 import PAIRS, Scoring, conditions_of
from exams.interchange.formats.qti.model import Choice, Interaction, Item, Picture, Spot
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.rich import CLOSE, OPEN, Writer, read_html, tidy
from exams.interchange.formats.qti.values import Unsupported, Value, parse_number, single

_CALCULATED = gettext_noop("This question draws its numbers from a formula.")
_TEXT_ONLY = gettext_noop("There is nothing to answer here: this is text only.")
_NO_PRESENTATION = gettext_noop("This question has no text.")
_UNKNOWN = gettext_noop("Answering by %(name)s is not possible here.")
_SEVERAL_FIELDS = gettext_noop("Several fields fill one response; this cannot be expressed.")
_TOO_LONG = gettext_noop("A text of this question is too long.")
_HINT = gettext_noop("Hints are lost.")
_PERCENT = gettext_noop("Its score goes up to 100; this was taken for per cent of 1 mark.")
_OBJECT = gettext_noop("An embedded object is lost: %(name)s.")
_REFERENCE = gettext_noop("Material kept elsewhere in the file is lost: %(name)s.")
MAXIMUM_HTML = 300_000

_ESSAYS = {"essay_question", "essay", "cc.essay.v0p1"}
_CANVAS = re.compile(r"^[a-z_]+_question$")
_FLOWS = {"flow", "flowmat", "flowlabel", "presentation", "material", "altmaterial"}
_RESPONSES = {"responselid", "responsestr", "responsenum", "responsexy", "responsegrp", "responseextension"}


def metadata_of(item: Node) -> dict[str, str]:
    """Return the fields of <qtimetadata> and the qmd_ elements, by lower-case name."""
    found: dict[str, str] = {}
    for node in item.walk():
        if node.name == "qtimetadatafield":
            label, entry = node.find("fieldlabel"), node.find("fieldentry")
            if label is not None and entry is not None:
                found.setdefault(label.text.strip().lower(), entry.text.strip())
        elif node.name.startswith(("qmd", "bbmd")) and not node.nodes:
            found.setdefault(node.tag.lower(), node.text.strip())
    return found


class _Presentation:
    """Reads <presentation>: text with tokens, and what is to be answered."""

    def __init__(self, writer: Writer, metadata: dict[str, str]) -> None:
        self.writer = writer
        self.type = metadata.get("question_type", "") or metadata.get("cc_profile", "")
        self.interactions: list[Interaction] = []
        self.kinds: dict[str, str] = {}
        self.accepted: dict[str, dict[str, list[str]]] = {}
        self.labels: list[str] = []

    def read(self, node: Node) -> str:
        """Return the text of an element with tokens."""
        text = ""
        for child in node.nodes:
            if child.name in _RESPONSES:
                text += self.response(child)
            elif child.name in _FLOWS:
                inner = self.read(child)
                text += f"<p>{inner}</p>" if child.name == "flow" and OPEN not in inner and "<p" not in inner else inner
            else:
                text += material_part(child, self.writer)
        return text

    def response(self, node: Node) -> str:
        """Read one response element; return its token."""
        identifier = node.get("ident").strip()
        render = next((child for child in node.nodes if child.name.startswith("render")), None)
        if render is None or not identifier:
            raise Unsupported(_UNKNOWN, {"name": node.tag[:60]})
        materials = [child for child in node.nodes if child.name in ("material", "flowmat", "materialref")]
        label = "".join(self.read(child) for child in materials)
        made = self.interaction(node, render, identifier)
        made.prompt = tidy(label)
        self.labels.append(made.prompt)
        self.interactions.append(made)
        return f"{OPEN}{len(self.interactions) - 1}{CLOSE}"

    def interaction(self, node: Node, render: Node, identifier: str) -> Interaction:
        """Return what one response element asks for; Unsupported for what our types do not know."""
        cardinality = node.get("rcardinality", "Single").lower()
        if node.name == "responselid" and render.name == "renderchoice":
            return self.choice(render, identifier, cardinality)
        if node.name == "responselid" and render.name == "renderhotspot":
            return self.hotspot(node, render, identifier, cardinality)
        if node.name in ("responsestr", "responsenum") and render.name == "renderfib":
            return self.typed(node, render, identifier)
        if render.name == "renderslider":
            return self.slider(render, identifier)
        raise Unsupported(_UNKNOWN, {"name": f"{node.tag} {render.tag}"[:60]})

    def choice(self, render: Node, identifier: str, cardinality: str) -> Interaction:
        """Read a choice, or an order."""
        labels = [entry for entry in render.walk() if entry.name == "responselabel"]
        choices = [Choice(entry.get("ident").strip(), tidy(self.read(entry))) for entry in labels]
        if self.type == "fill_in_multiple_blanks_question":
            return self.listed_answers(identifier, choices)
        if cardinality == "ordered":
            self.kinds[identifier] = "ordered"
            return Interaction("order", identifier, "identifier", "ordered", choices=choices)
        self.kinds[identifier] = "several" if cardinality == "multiple" else "one"
        most = parse_number(render.get("maxnumber")) if render.get("maxnumber") else None
        maximum = 1 if cardinality == "single" else int(most) if most is not None and 0 <= most < 1000 else 0
        return Interaction("choice", identifier, "identifier", cardinality, choices=choices, maximum=maximum)

    def listed_answers(self, identifier: str, choices: list[Choice]) -> Interaction:
        """Read a blank whose accepted answers are written as a list of choices: each of them is right."""
        texts = [" ".join(html.unescape(re.sub(r"<[^<>]*>", " ", choice.text)).split()) for choice in choices]
        self.accepted[identifier] = {choice.identifier: [text for text in texts if text] for choice in choices}
        self.kinds[identifier] = "one"
        return Interaction("text", identifier, "string", "single", is_folded=True)

    def hotspot(self, node: Node, render: Node, identifier: str, cardinality: str) -> Interaction:
        """Read regions of a picture."""
        self.kinds[identifier] = "several" if cardinality == "multiple" else "one"
        made = Interaction("hotspot", identifier, "identifier", cardinality)
        made.maximum = 1 if cardinality == "single" else 0
        for picture in [*render.walk(), *node.walk()]:
            if picture.name == "matimage" and made.picture is None:
                address = image_address(picture, self.writer)
                sizes = [parse_number(picture.get(name)) or Decimal(0) for name in ("width", "height")]
                made.picture = Picture(address, picture.get("label"), int(sizes[0]), int(sizes[1]))
        shapes = {"ellipse": "ellipse", "rectangle": "rect", "bounded": "poly"}
        for entry in render.find_all("responselabel"):
            shape = shapes.get(entry.get("rarea", "Ellipse").lower(), "rect")
            numbers = [decimal_of(part) for part in entry.text.replace(",", " ").split()]
            if shape == "rect" and len(numbers) == 4:
                left, top, width, height = numbers
                numbers = [left, top, left + width, top + height]
            elif shape == "ellipse" and len(numbers) == 4:
                numbers = [numbers[0], numbers[1], numbers[2] / 2, numbers[3] / 2]
            elif shape == "ellipse" and len(numbers) == 3:
                shape, numbers = "circle", [numbers[0], numbers[1], numbers[2] / 2]
            shape, coords = checked_area(shape, " ".join(str(number) for number in numbers))
            made.spots.append(Spot(entry.get("ident").strip(), shape, coords))
        if made.picture is None or not made.picture.address:
            raise Unsupported(gettext_noop("The picture of this question is missing."))
        return made

    def typed(self, node: Node, render: Node, identifier: str) -> Interaction:
        """Read a field to type into."""
        labels = [entry for entry in render.walk() if entry.name == "responselabel"]
        if len(labels) > 1:
            raise Unsupported(_SEVERAL_FIELDS)
        kind = render.get("fibtype").lower() or node.get("numtype").lower()
        is_number = node.name == "responsenum" or kind in ("decimal", "integer", "scientific")
        is_number = is_number or self.type == "numerical_question"
        self.kinds[identifier] = "one"
        rows = parse_number(render.get("rows")) if render.get("rows") else None
        is_long = self.type in _ESSAYS or (rows is not None and rows > 1)
        base = "integer" if kind == "integer" and node.name == "responsenum" else "float"
        columns = parse_number(render.get("maxchars") or render.get("columns") or "12") or Decimal(12)
        size = min(max(int(columns), 4), 60)
        name = "extended" if is_long else "text"
        return Interaction(name, identifier, base if is_number else "string", "single", size=size, is_folded=True)

    def slider(self, render: Node, identifier: str) -> Interaction:
        """Read a slider."""
        self.kinds[identifier] = "one"
        return Interaction(
            "slider",
            identifier,
            "float",
            "single",
            lower=parse_number(render.get("lowerbound")),
            upper=parse_number(render.get("upperbound")),
            step=parse_number(render.get("step") or "1"),
        )


def image_address(node: Node, writer: Writer) -> str:
    """Return the address of a picture that lies beside the file or inside it."""
    if node.get("uri"):
        return writer.assets.address(node.get("uri"))
    if node.text.strip():
        kind = (node.get("imagtype") or node.get("imagetype") or "image/png").lower()
        try:
            base64.b64decode(node.text, validate=False)
        except (binascii.Error, ValueError):
            return ""
        return writer.assets.address(f"data:{kind};base64,{''.join(node.text.split())}")
    return ""


def material_part(node: Node, writer: Writer) -> str:
    """Return one part of a <material> as HTML, not yet tidied."""
    if node.name in ("mattext", "matemtext"):
        text = node.text
        kind = node.get("texttype", "text/plain").lower()
        if len(text) > MAXIMUM_HTML:
            raise Unsupported(_TOO_LONG)
        if node.nodes:
            made = writer.inner(node)
        elif "html" in kind or ("<" in text and re.search(r"</?(p|br|div|span|img|b|i|strong|em)\b", text)):
            made = writer.inner(read_html(text))
        else:
            made = html.escape(" ".join(text.split()) if text.strip() else "", quote=False)
        return f"<em>{made}</em>" if node.name == "matemtext" else made
    if node.name == "matbreak":
        return "<br>"
    if node.name == "matimage":
        address = image_address(node, writer)
        label = html.escape(node.get("label"))
        return f'<img src="{html.escape(address)}" alt="{label}">' if address else label
    if node.name == "mataudio":
        address = writer.assets.address(node.get("uri")) if node.get("uri") else ""
        return f'<audio src="{html.escape(address)}"></audio>' if address else ""
    if node.name in ("matvideo", "matapplet", "matapplication"):
        writer.notes.lose(_OBJECT, name=(node.get("uri") or node.tag)[:80])
    elif node.name in ("matref", "materialref"):
        writer.notes.lose(_REFERENCE, name=node.get("linkrefid")[:60])
    elif node.name in ("material", "flowmat"):
        return "".join(material_part(child, writer) for child in node.nodes)
    return ""


def _text_of(node: Node, writer: Writer) -> str:
    return tidy("".join(material_part(child, writer) for child in node.nodes))


def _named_places(stem: str, interactions: list[Interaction]) -> str:
    """Put the tokens of responses called response_NAME where the text has [NAME]; their own place is at the end."""
    for at, interaction in enumerate(interactions):
        name = interaction.identifier.removeprefix("response_")
        place = f"[{html.escape(name, quote=False)}]"
        token = f"{OPEN}{at}{CLOSE}"
        if interaction.identifier != name and place in stem:
            stem = stem.replace(token, "").replace(place, token, 1)
            if interaction.kind == "choice" and interaction.cardinality == "single":
                interaction.kind = "inline"
            interaction.prompt = ""
    return stem


def _as_matching(interactions: list[Interaction], kinds: dict[str, str]) -> list[Interaction]:
    """Return choices from the same list, each with a text of its own, as one matching."""
    first = interactions[0]
    listed = [(choice.identifier, choice.text) for choice in first.choices]
    is_match = all(
        entry.kind == "choice"
        and entry.cardinality == "single"
        and [(choice.identifier, choice.text) for choice in entry.choices] == listed
        for entry in interactions
    )
    is_match = is_match and any(entry.prompt for entry in interactions)
    if not is_match or (len(interactions) < 2 and kinds.get("", "") != "matching_question"):
        return interactions
    for entry in interactions:
        kinds[entry.identifier] = "paired"
    lefts = [Choice(entry.identifier, entry.prompt) for entry in interactions]
    rights = [Choice(choice.identifier, choice.text, 0) for choice in first.choices]
    return [Interaction("match", PAIRS, "directedPair", "multiple", choices=lefts, targets=rights)]


def _scoring(item: Node, presentation: _Presentation, *, is_cumulative: bool) -> Scoring:
    processing = item.find("resprocessing")
    outcomes = processing.find("outcomes") if processing is not None else None
    variables = outcomes.find_all("decvar") if outcomes is not None else []
    conditions = conditions_of(processing, is_cumulative=is_cumulative)
    changed = [name for entry in conditions for name, _, _ in entry.changes]
    names = [node.get("varname", "SCORE") for node in variables]
    variable = "SCORE" if "SCORE" in names or not names else next((name for name in names if name in changed), names[0])
    node = next((entry for entry in variables if entry.get("varname", "SCORE") == variable), Node("decvar"))
    return Scoring(
        conditions,
        variable,
        parse_number(node.get("defaultval") or "0") or Decimal(0),
        parse_number(node.get("minvalue")) if node.get("minvalue") else None,
        parse_number(node.get("maxvalue")) if node.get("maxvalue") else None,
        {name: kind for name, kind in presentation.kinds.items() if name},
        accepted=presentation.accepted,
    )


def read_item12(item: Node, *, assets: Assets, notes: Notes, is_cumulative: bool) -> Item:
    """Return an item of QTI 1.2 in the common shape; Unsupported says why it cannot be taken over."""
    metadata = metadata_of(item)
    type_ = metadata.get("question_type", "")
    if type_ == "calculated_question" or any(node.name == "calculated" for node in item.walk()):
        raise Unsupported(_CALCULATED)
    writer = Writer(notes, assets)
    body = item.find("presentation")
    if body is None:
        raise Unsupported(_NO_PRESENTATION)
    presentation = _Presentation(writer, metadata)
    stem = presentation.read(body)
    interactions = presentation.interactions
    if type_ == "file_upload_question" and not interactions:
        interactions = [Interaction("upload", "upload", "file", "single", kinds=("picture", "document"))]
        presentation.kinds["upload"] = "one"
        stem += f"{OPEN}0{CLOSE}"
    if not interactions:
        raise Unsupported(_TEXT_ONLY)
    stem = _named_places(stem, interactions)
    presentation.kinds[""] = type_
    merged = _as_matching(interactions, presentation.kinds)
    if merged is not interactions:
        stem = re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", stem) + f"{OPEN}0{CLOSE}"
        interactions = merged
    is_canvas = bool(_CANVAS.match(type_))
    scoring = _scoring(item, presentation, is_cumulative=is_cumulative or is_canvas)
    explanation = _feedback(item, scoring, writer)
    made = Item(
        identifier=item.get("ident").strip(),
        title=item.get("title").strip(),
        stem=tidy(stem),
        interactions=interactions,
        marking=scoring,
        notes=notes,
        assets=assets,
        language=item.get("lang").strip(),
        explanation=explanation,
        has_feedback=bool(scoring.feedback),
        kind="true_false" if "true_false" in (type_ + metadata.get("cc_profile", "")) else "",
    )
    _give_marks(made, scoring, metadata)
    for interaction in interactions:
        interaction.correct = _right_answer(interaction, scoring)
    return made


def _feedback(item: Node, scoring: Scoring, writer: Writer) -> str:
    """Fill in the feedback texts; return what is said to everybody as a solution."""
    explanation = ""
    for node in item.find_all("itemfeedback"):
        for inner in node.walk():
            if inner.name in ("hint", "hintmaterial"):
                writer.notes.lose(_HINT)
            elif inner.name == "solutionmaterial":
                explanation += _text_of(inner, writer)
        parts = [child for child in node.nodes if child.name in ("material", "flowmat")]
        text = tidy("".join(material_part(child, writer) for child in parts))
        if text:
            scoring.feedback[node.get("ident")] = text
    return explanation


def _give_marks(item: Item, scoring: Scoring, metadata: dict[str, str]) -> None:
    stated = metadata.get("points_possible") or metadata.get("cc_weighting") or metadata.get("qmd_weighting")
    points = parse_number(stated) if stated else None
    is_percent = scoring.upper == 100
    if points is not None and points > 0:
        item.marks, scoring.scale = points, scoring.upper if is_percent else None
    elif is_percent and scoring.is_given:
        item.marks, scoring.scale = Decimal(1), Decimal(100)
        if "cc_profile" not in metadata:
            item.notes.doubt(_PERCENT)


def _right_answer(interaction: Interaction, scoring: Scoring) -> Value | None:
    """Return what the first condition that adds to the score wants of a single response."""
    if interaction.cardinality != "single" or interaction.identifier == PAIRS:
        return None
    for entry in scoring.conditions:
        if entry.test is None or not any(amount > 0 and action != "subtract" for _, action, amount in entry.changes):
            continue
        for node in entry.test.walk():
            if node.name == "varequal" and node.get("respident") == interaction.identifier:
                text = node.text.strip()
                if interaction.base == "identifier":
                    return single("identifier", text)
                number = parse_number(text)
                if interaction.base == "string":
                    return single("string", scoring.wanted(interaction.identifier, text)[0])
                return single("float", number) if number is not None else None
    return None
