"""What the learner's tools in the room say, and the signs that they offer."""

from dataclasses import dataclass
from functools import cache

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A sign of the symbol bar. `text` goes into the field, the caret to its `|`; `label` names it where its face does
    not say enough.
    """

    face: str
    text: str
    label: str | Promise = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignGroup:
    """Signs that belong together. `fields` are the kinds of field that take them: number, text, essay."""

    label: str | Promise
    fields: str
    signs: tuple[Sign, ...]


def _plain(faces: str) -> tuple[Sign, ...]:
    return tuple(Sign(face=face, text=face) for face in faces.split())


SIGN_GROUPS: tuple[SignGroup, ...] = (
    SignGroup(
        label=gettext_lazy("Numbers"),
        fields="number",
        signs=(
            Sign(face="−", text="−", label=gettext_lazy("minus")),
            Sign(face="×10ⁿ", text="×10^", label=gettext_lazy("times ten to the power")),
            *_plain("% ° μ Ω ¥ $ €"),
        ),
    ),
    SignGroup(
        label=gettext_lazy("Fractions, roots, powers"),
        fields="text",
        signs=(
            Sign(face="a/b", text="(|)/()", label=gettext_lazy("fraction")),
            Sign(face="√", text="√(|)", label=gettext_lazy("square root")),
            Sign(face="x²", text="²", label=gettext_lazy("squared")),
            Sign(face="x³", text="³", label=gettext_lazy("cubed")),
            Sign(face="xⁿ", text="^", label=gettext_lazy("to the power")),
        ),
    ),
    SignGroup(
        label=gettext_lazy("Formulas"),
        fields="essay",
        signs=(
            Sign(face="\\( \\)", text="\\(|\\)", label=gettext_lazy("formula within the line")),
            Sign(face="a/b", text="\\frac{|}{}", label=gettext_lazy("fraction")),
            Sign(face="√", text="\\sqrt{|}", label=gettext_lazy("square root")),
            Sign(face="xⁿ", text="^{|}", label=gettext_lazy("to the power")),
            Sign(face="xₙ", text="_{|}", label=gettext_lazy("index below")),
        ),
    ),
    SignGroup(
        label=gettext_lazy("Signs"),
        fields="text essay",
        signs=_plain("× ÷ ± − · ≤ ≥ ≠ ≈ ∞ ° ∠ ⊥ ∥ → ∈ ∪ ∩ ∅"),
    ),
    SignGroup(
        label=gettext_lazy("Greek letters"),
        fields="text essay",
        signs=_plain("α β γ δ ε θ λ μ π ρ σ φ ω Δ Σ Ω"),
    ),
)
"""In the forms that the grader reads: numbers as exams.domain.numbers parses them, texts as they are compared."""


def save_words() -> dict[str, str]:
    """Return how each state of the answers is said."""
    return {
        "saved": _("All answers saved"),
        "saving": _("Saving…"),
        "savedAgain": _("Back online. All answers are saved."),
        "offlineOne": _("Offline: 1 answer kept on this device"),
        "offlineMany": _("Offline: %n answers kept on this device"),
        "offlineUnkept": _("Not saved yet, and this device keeps no copy. Leave this page open."),
        "paused": _("Paused: your answers are kept on this device"),
        "refused": _("One answer could not be saved; see the note beside it"),
        "deviceFull": _("Saving… This device cannot keep a copy; stay online"),
        "keyLost": _("This page has expired. Open the exam again."),
        "moved": _("Opened somewhere else. This page does not save any more."),
        "expired": _("Time is up."),
        "submitted": _("Handed in."),
    }


def tool_words() -> dict[str, str]:
    """Return what the scripts of the tools say."""
    return {
        "strikeOn": _("Striking out is on. Choose options to strike out."),
        "strikeOff": _("Striking out is off."),
        "strikeOption": _("Strike out option %option"),
        "restoreOption": _("Bring back option %option"),
        "struck": _("Option %option is struck out."),
        "back": _("Option %option is back."),
        "allBack": _("All options are back."),
        "struckWord": _("(struck out)"),
        "isChosen": _("Option %option is your answer and is not struck out. Choose another first."),
    }


def room_words() -> dict[str, str]:
    """Return what the room's scripts say."""
    return {
        "unsentOne": _("1 answer on this page was not sent yet. It is kept on this device and offered here again."),
        "unsentMany": _(
            "%n answers on this page were not sent yet. They are kept on this device and offered here again."
        ),
        "offerOne": _("1 answer from an earlier page on this device was not sent."),
        "offerMany": _("%n answers from an earlier page on this device were not sent."),
        "answered": _("answered"),
        "unanswered": _("not answered"),
        "flagged": _("flagged"),
        "closedOne": _("1 answer came to a question that is closed. It is kept for the invigilator."),
        "closedMany": _("%n answers came to questions that are closed. They are kept for the invigilator."),
        "fiveMinutes": _("Five minutes left."),
        "oneMinute": _("One minute left."),
        "timeUp": _("Time is up. Your answers are being handed in."),
        "days": _("d"),
    }


def room_tools() -> SafeString:
    """Return what the room's scripts say and make, as HTML: the same for everybody who reads the same language."""
    return _tools(get_language())


@cache
def _tools(language: str | None) -> SafeString:
    words = {"strings": room_words() | save_words(), "tool_words": tool_words(), "sign_groups": SIGN_GROUPS}
    return render_to_string("exams/_room_tools.html", words)
