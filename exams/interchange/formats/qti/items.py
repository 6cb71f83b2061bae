"""One item of QTI 2.x or 3.0, from its XML to the common shape."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.declarations import Declaration, Declarations, declarations_of
from exams.interchange.formats.qti.interactions import feedback_of, is_interaction, read_interaction
from exams.interchange.formats.qti.model import Feedback, Interaction, Item, Responses
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.processing import Processing, match_correct_rules, processing_of
from exams.interchange.formats.qti.rich import CLOSE, OPEN, Writer, tidy
from exams.interchange.formats.qti.structure import Group, additive_groups
from exams.interchange.formats.qti.templates import carry_out_template, is_template_shown, printed
from exams.interchange.formats.qti.values import NUMERIC, Unsupported, Value
from exams.interchange.formats.qti.witness import Witness

_ADAPTIVE = gettext_noop("This question leads the learner through several steps (adaptive).")
_PRINTED = gettext_noop("This question prints values of variables.")
_NO_BODY = gettext_noop("This question has no text.")
_NO_INTERACTION = gettext_noop("There is nothing to answer here: this is text only.")
_RUBRIC = gettext_noop("Notes for %(view)s are lost.")
_HINT = gettext_noop("A button for hints or for ending the attempt is lost.")
_GUESSED = gettext_noop("The file does not say how to mark; the right answer earns all, anything else nothing.")
_BODY_FEEDBACK = gettext_noop("Feedback that appears inside the text is shown after the answer instead.")
_MEDIA = gettext_noop("How often a recording may be played is lost.")


@dataclass
class ItemMarking:
    """How an item of QTI 2 or 3 is marked, with its feedback."""

    processing: Processing
    feedback: list[Feedback]
    scale: Decimal | None = None

    @property
    def is_given(self) -> bool:
        """Whether the item has rules."""
        return self.processing.is_given

    def score(self, responses: Responses, witness: Witness | None = None) -> Decimal:
        """Return SCORE."""
        return self.processing.score(dict(responses), witness)

    def shown(self, responses: Responses) -> list[str]:
        """Return the feedback whose outcome says so."""
        outcomes = self.processing.run(dict(responses))
        return [entry.text for entry in self.feedback if is_shown(entry, outcomes)]

    def groups(self) -> list[Group]:
        """Return independent groups of responses."""
        return additive_groups(self.processing.rules, self.processing.declared.responses)

    def values(self, identifier: str) -> Mapping[object, Decimal]:
        """Return the entries of a response's map."""
        declared = self.processing.declared.responses.get(identifier)
        return (
            {}
            if declared is None or declared.mapping is None
            else {entry.key: entry.worth for entry in declared.mapping.entries}
        )

    def texts(self, identifier: str) -> list[str]:
        """Return right answers, keys of the map and texts of the rules."""
        found: dict[str, None] = {}
        declared = self.processing.declared.responses.get(identifier)
        if declared is not None:
            found |= dict.fromkeys(str(item) for item in (declared.correct.items if declared.correct else ()))
            found |= dict.fromkeys(str(key) for key in self.values(identifier))
        for rule in self.processing.rules:
            found |= dict.fromkeys(node.text for node in rule.walk() if node.name == "basevalue")
        return list(found)


def is_shown(entry: Feedback, outcomes: Mapping[str, Value | None]) -> bool:
    """Tell whether feedback is shown when outcomes are as given."""
    value = outcomes.get(entry.outcome)
    return (value is not None and entry.identifier in [str(item) for item in value.items]) != entry.is_hidden


class _Body:
    """Reads the body: text with tokens, interactions by number, feedback inside it."""

    def __init__(self, declared: Declarations, notes: Notes, assets: Assets) -> None:
        self.declared = declared
        self.notes = notes
        self.interactions: list[Interaction] = []
        self.feedback: list[Feedback] = []
        self.model_answer = ""
        self.writer = Writer(notes, assets, self.hook)
        self.stimulus: Callable[[Node], str] | None = None

    def hook(self, node: Node, writer: Writer) -> str | None:
        if node.name == "printedvariable":
            text = printed(node, self.declared)
            if text is None:
                raise Unsupported(_PRINTED)
            return html.escape(text, quote=False)
        if node.name in ("templateinline", "templateblock"):
            return writer.inner(node) if is_template_shown(node, self.declared) else ""
        if node.name == "endattemptinteraction":
            self.notes.lose(_HINT)
            return ""
        if node.name == "mediainteraction":
            self.notes.lose(_MEDIA)
            return writer.inner(node)
        if is_interaction(node):
            made = read_interaction(node, writer, self.declared.responses)
            self.interactions.append(made)
            return f"{OPEN}{len(self.interactions) - 1}{CLOSE}"
        if node.name in ("feedbackinline", "feedbackblock"):
            return self._feedback(node, writer)
        if node.name == "rubricblock":
            return self._rubric(node, writer)
        if node.name == "positionobjectstage":
            return self._stage(node, writer)
        if node.name in ("infocontrol", "portableinfocontrol"):
            return writer.inner(node)
        return None

    def _feedback(self, node: Node, writer: Writer) -> str:
        entry = feedback_of(node, writer)
        outcome = self.declared.outcomes.get(entry.outcome)
        if is_shown(entry, {entry.outcome: outcome.start if outcome else None}):
            return entry.text
        if OPEN in entry.text:
            raise Unsupported(_ADAPTIVE)
        self.feedback.append(entry)
        self.notes.lose(_BODY_FEEDBACK)
        return ""

    def _rubric(self, node: Node, writer: Writer) -> str:
        views = node.get("view").lower().split()
        if not views or "candidate" in views:
            return writer.inner(node)
        text = tidy(writer.inner(node))
        if "scorer" in views and text:
            self.model_answer = self.model_answer + text
        elif text:
            self.notes.lose(_RUBRIC, view=", ".join(views))
        return ""

    def _stage(self, node: Node, writer: Writer) -> str:
        """Read a stage: its picture belongs to the interactions on it."""
        background = next((child for child in node.nodes if child.name in ("object", "img", "picture")), None)
        made = ""
        for child in node.nodes:
            if child.name == "positionobjectinteraction" and background is not None:
                self.notes.lose(gettext_noop("The small picture that is moved is lost; a point is set instead."))
                copy = Node(child.name, child.tag, child.attrs, [background])
                made += self.hook(copy, writer) or ""
        return made


def _with_human_marks(declared: Declarations) -> Decimal | None:
    """Return the greatest score where a person or another program gives it."""
    score = declared.outcomes.get("SCORE")
    maximum = declared.outcomes.get("MAXSCORE")
    found = score.normal_maximum if score else None
    if found is None and maximum is not None and maximum.default is not None and maximum.base in NUMERIC:
        found = Decimal(maximum.default.item)
    return found if found is not None and found > 0 else None


def read_item(
    node: Node, *, assets: Assets, notes: Notes, stimulus: Callable[[str], Node | None] = lambda href: None
) -> Item:
    """Return an item in the common shape; Unsupported says why it cannot be taken over.

    `stimulus` finds the body of a shared stimulus by its address.
    """
    if node.get("adaptive") in ("true", "1"):
        raise Unsupported(_ADAPTIVE)
    declared = declarations_of(node)
    body = _Body(declared, notes, assets)
    body_node = node.find("itembody")
    if body_node is None:
        raise Unsupported(_NO_BODY)
    if declared.has_templates:
        carry_out_template(node, declared)
    stem = "".join(_stimuli(node, body.writer, stimulus)) + body.writer.inner(body_node)
    if node.find_all("stylesheet"):
        notes.lose(gettext_noop("Style sheets and colours are lost."))
    if not body.interactions:
        raise Unsupported(_NO_INTERACTION)
    feedback = [feedback_of(entry, body.writer) for entry in node.find_all("modalfeedback")]
    processing = processing_of(node, declared)
    marking = ItemMarking(processing, [*feedback, *body.feedback])
    for interaction in body.interactions:
        for choice in interaction.choices:
            marking.feedback += choice.feedback
    _guess_rules(processing, body.interactions, notes)
    return Item(
        identifier=node.get("identifier").strip(),
        title=node.get("title").strip(),
        stem=tidy(stem),
        interactions=body.interactions,
        marking=marking,
        notes=notes,
        assets=assets,
        language=node.get("lang").strip(),
        human=_with_human_marks(declared),
        is_external="SCORE" in declared.outcomes and declared.outcomes["SCORE"].is_external,
        model_answer=body.model_answer,
        has_feedback=bool(marking.feedback),
    )


def _stimuli(node: Node, writer: Writer, stimulus: Callable[[str], Node | None]) -> list[str]:
    texts = []
    for reference in node.find_all("assessmentstimulusref"):
        href = reference.get("href")
        found = stimulus(href)
        if found is None:
            writer.notes.lose(gettext_noop("The shared text %(name)s is not in the package."), name=href[:120])
        else:
            texts.append(writer.inner(found))
    return texts


def _guess_rules(processing: Processing, interactions: list[Interaction], notes: Notes) -> None:
    """Where nothing says how to mark, take the right answer of the only response for all that earns."""
    if processing.is_given or len(interactions) != 1:
        return
    only = interactions[0]
    declared: Declaration | None = processing.declared.responses.get(only.identifier)
    if declared is None or declared.correct is None or only.kind in ("extended", "upload"):
        return
    processing.declared.outcomes["SCORE"] = Declaration("SCORE", "single", "float")
    processing.rules = match_correct_rules(only.identifier)
    processing.is_given = True
    processing.template = "match_correct"
    notes.doubt(_GUESSED)
