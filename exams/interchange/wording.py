"""What is wrong with rows of an import, in the reader's language; the plan keeps its messages in English."""

import re

from django.utils.translation import gettext, gettext_noop

_WITH_VALUES = (
    gettext_noop("The answer names “%(letter)s”, but there is no such option."),
    gettext_noop("There are %(count)s blanks; write as many answers, separated by ;"),
    gettext_noop("The file has more than %(count)s rows. Split it."),
    gettext_noop("Row %(row)s has the same reference."),
)
_PATTERNS = tuple(
    (re.compile(re.sub(r"%\\?\((\w+)\\?\)s", r"(?P<\1>.+?)", re.escape(text)) + r"\Z"), text) for text in _WITH_VALUES
)


def say_problem(message: str) -> str:
    """Return a message of the import plan translated, the values in it kept."""
    for pattern, text in _PATTERNS:
        found = pattern.match(message)
        if found is not None:
            return gettext(text) % found.groupdict()
    return gettext(message)
