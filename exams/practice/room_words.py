"""What the practice room's script needs to begin with: its key, how the questions stand, and its sentences."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.practice.keys import sign_practice_key
from exams.practice.room import ItemPage


def room_of(page: ItemPage, *, now: datetime) -> dict[str, Any]:
    """Return what the script of the page is given. A finished practice has no key: it takes no answers."""
    session = page.session
    return {
        "session": str(session.public_id),
        "key": "" if session.finished_at else sign_practice_key(session, now=now),
        "url": f"/api/v1/practice/sessions/{session.public_id}/answers",
        "language": get_language() or "en",
        "index": page.index,
        "letters": page.letters,
        "feedback": session.feedback,
        "words": _room_words(),
    }


def _room_words() -> dict[str, str]:
    """Return the sentences of the room; %n stands for a number, %state for how a question stands."""
    return {
        "progress": _("Question %n of %total"),
        "done": _("%n of %total answered"),
        "checking": _("Checking …"),
        "offlineOne": _("No connection: 1 answer is kept on this device; feedback follows."),
        "offlineMany": _("No connection: %n answers are kept on this device; feedback follows."),
        "offlineSaveOne": _("No connection: 1 answer is kept on this device and sent later."),
        "offlineSaveMany": _("No connection: %n answers are kept on this device and sent later."),
        "offlineUnkept": _("No connection, and this device keeps nothing. Leave this page open until it is back."),
        "offlineEmpty": _("No connection. You can go on with the questions that are here."),
        "deviceFull": _("This device keeps nothing. Leave this page open until your answers are sent."),
        "back": _("Back online. All answers are sent."),
        "refused": _("The answer to question %n was not taken: %why"),
        "keyLost": _("This page has expired. Open the practice again; your answers wait on this device."),
        "finished": _("This practice was finished elsewhere. What was answered after that does not count."),
        "elsewhere": _("Answered on another device or in another window; the first answer counts."),
        "answeredAlready": _("You have answered this question; the first answer counts."),
        "waitingFeedback": _("Your answer is kept on this device. Its feedback follows."),
        "loading": _("The question is being fetched …"),
        "missing": _("This question comes when the connection is back."),
        "finishWaits": _("Your last answers are not sent yet. The practice is finished when they are."),
        "arrived": _("Question %n: %state"),
        "draft": _("Restored what you had begun to answer."),
        "r": _("right"),
        "p": _("partly right"),
        "w": _("wrong"),
        "b": _("not answered"),
        "?": _("answered"),
        "a": _("answered"),
        "kept": _("kept on this device"),
    }
