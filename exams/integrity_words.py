"""What integrity options do, can know and cannot know, in words: for the instructor who chooses them, and for the
candidate before she starts.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.domain.integrity import Integrity

LABELS = {
    "watermark": gettext_lazy("The candidate's name stands across the page"),
    "no_clipboard": gettext_lazy("Copying and pasting are blocked, and tries are noted"),
    "log_page_leaves": gettext_lazy("Leaving the page is noted"),
    "full_screen": gettext_lazy("Full screen is asked for, and leaving it is noted"),
    "one_device": gettext_lazy("One device only"),
}
HONEST = {
    "watermark": gettext_lazy(
        "Makes a photograph of the screen traceable. It does not prevent one, and a skilled person can remove it."
    ),
    "no_clipboard": gettext_lazy(
        "Notes that something was copied or pasted and how many characters, never what. It cannot see a phone beside "
        "the screen, a second computer, or text that is typed from paper. Screen readers and handwriting input may "
        "need the clipboard: give such candidates an exam without this."
    ),
    "log_page_leaves": gettext_lazy(
        "Notes when another tab or window comes to the front, and for how long. It cannot know why: a message, an "
        "input method or a screen lock look the same. A second device is not seen at all."
    ),
    "full_screen": gettext_lazy(
        "Asks for full screen and notes when it ends. Some phones have none; then it is not asked for. It hides "
        "nothing that stands beside the screen."
    ),
    "one_device": gettext_lazy(
        "The exam opens in one browser only, until the candidate releases it there or you let her move. A device "
        "means a browser profile: a private window is another one. When a computer fails, you have to be at hand."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing that a candidate is told before the start: an icon and a sentence."""

    icon: str
    text: str


def told_before_start(integrity: Integrity, *, checks_address: bool = False) -> list[Told]:
    """Return what a candidate is told: what everybody's room shows to the invigilator, what each option does, and that
    the place is checked where the exam starts at certain addresses only.
    """
    told = [
        Told(
            icon="eye",
            text=_(
                "The invigilator sees whether you are connected, at which question you are and how many you have "
                "answered, and may write to you. Losing the connection, or opening the exam twice, is noted."
            ),
        ),
        Told(
            icon="clock",
            text=_(
                "It is recorded how many seconds each question is in view, to find questions that take long. It "
                "changes no mark, and you see it in your review."
            ),
        ),
    ]
    if integrity.watermark:
        told.append(Told(icon="user", text=_("Your name stands faintly across the page.")))
    if integrity.no_clipboard:
        text = _("Copying and pasting are switched off. A try is noted with its length, never with its text.")
        told.append(Told(icon="copy", text=text))
    if integrity.log_page_leaves:
        text = _("It is noted when you go to another tab or window, and for how long. You lose no answer by it.")
        told.append(Told(icon="external", text=text))
    if integrity.full_screen:
        text = _("You are asked to work in full screen; leaving it is noted. You may go on without it.")
        told.append(Told(icon="grid", text=text))
    if integrity.one_device:
        text = _(
            "The exam opens on one device only. To change it, release it on the first one, or ask the invigilator."
        )
        told.append(Told(icon="lock", text=text))
    if checks_address:
        text = _(
            "The exam starts at certain places only. Going on from elsewhere is noted for the invigilator, and costs "
            "you nothing."
        )
        told.append(Told(icon="globe", text=text))
    return told


def summary_of(exam: Any) -> list[str]:
    """Return the options that are on, in short words, access code and addresses among them."""
    integrity = Integrity.from_fields(exam.integrity)
    names = {
        "watermark": _("watermark"),
        "no_clipboard": _("no copying and pasting"),
        "log_page_leaves": _("leaving the page is noted"),
        "full_screen": _("full screen"),
        "one_device": _("one device"),
    }
    words = [name for field, name in names.items() if getattr(integrity, field)]
    words += [_("access code")] if exam.access_code else []
    return words + ([_("certain addresses only")] if exam.address_ranges else [])
