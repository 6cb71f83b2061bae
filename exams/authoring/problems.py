"""The problems of the exam domain in the author's language; the domain itself speaks English source text."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exams.domain.errors import Problem

KNOWN = (
    gettext_noop("No option earns full marks."),
    gettext_noop("No answer earns full marks."),
    gettext_noop("This has no text."),
    gettext_noop("An answer is empty."),
    gettext_noop("This blank has no key."),
    gettext_noop("A numeric blank needs its number."),
    gettext_noop("A tolerance is not negative."),
    gettext_noop("Significant figures are a whole number from 1 to 30."),
    gettext_noop("A required unit needs the units that are accepted."),
    gettext_noop("The statement is empty."),
)
"""What the domain says most; anything else is shown as it is."""

_SHAPES = (
    (re.compile(r"(?:Tuple|List) should have at least (\d+) items?"), gettext_noop("At least %(n)s are needed.")),
    (re.compile(r"(?:Tuple|List) should have at most (\d+) items?"), gettext_noop("At most %(n)s are possible.")),
    (re.compile(r"\[\[([a-z0-9_-]+)\]\] has no blank of that id"), gettext_noop("[[%(n)s]] has no row below.")),
    (re.compile(r"\[\[([a-z0-9_-]+)\]\] is missing from the stem"), gettext_noop("Write [[%(n)s]] into the text.")),
    (
        re.compile(r"\[\[([a-z0-9_-]+)\]\] stands in the stem more than once"),
        gettext_noop("[[%(n)s]] stands in the text more than once."),
    ),
    (re.compile(r"is not a decimal number: '(.*)'"), gettext_noop("This is not a number: %(n)s")),
    (re.compile(r"This is not a number: (.*)"), gettext_noop("This is not a number: %(n)s")),
)


def describe_problem(problem: Problem) -> str:
    """Return a problem in words for a teacher."""
    for pattern, text in _SHAPES:
        if found := pattern.search(problem.message):
            return _(text) % {"n": found.group(1)}
    return _(problem.message)
