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
    gettext_noop("This item has no category."),
    gettext_noop("This one has no partner."),
    gettext_noop("This one has more partners than it may have."),
    gettext_noop("This number has no formula."),
    gettext_noop("A choice needs at least two options."),
    gettext_noop("The kind of the gap and the match of its key differ."),
    gettext_noop("This gap has no key."),
    gettext_noop("This criterion has no text."),
    gettext_noop("A level of this criterion has no words."),
    gettext_noop("A level is worth more than its criterion."),
    gettext_noop("Two levels of this criterion are worth the same."),
    gettext_noop("The greatest length is below the least."),
    gettext_noop("A blank belongs to one order-free set at most."),
    gettext_noop("This question has no key."),
    gettext_noop("A right option is listed twice."),
    gettext_noop("The positive fractions do not add up to 1."),
    gettext_noop("A unit has a name, and a factor that is not 0."),
    gettext_noop("The right order names every item once."),
    gettext_noop("This question cannot be used."),
    gettext_noop("This regular expression cannot be used."),
    gettext_noop("This regular expression is too large; lower its repetition counts."),
    gettext_noop("This regular expression ends too early."),
    gettext_noop("A repetition follows a repetition in this regular expression; put a group around it."),
    gettext_noop("A repetition is written {3}, {2,} or {2,5}; a brace itself is written \\{."),
    gettext_noop("The repetition counts of this regular expression are too large or reversed."),
    gettext_noop("The groups of this regular expression are nested too deeply."),
    gettext_noop("Look-around and named groups are not supported; use (...) or (?:...)."),
    gettext_noop("A bracket is not closed in this regular expression."),
    gettext_noop("These coordinates do not make this shape."),
    gettext_noop("No area earns marks."),
    gettext_noop("There are at least two regions to choose from."),
    gettext_noop("No region is right."),
    gettext_noop("The right order names every region once."),
    gettext_noop("The smallest value is above the greatest."),
    gettext_noop("All or nothing needs questions that no person marks."),
    gettext_noop("The best pairs do not add up to 1."),
    gettext_noop("A kind of file is listed twice."),
    gettext_noop("The response must be a list of files."),
    gettext_noop("There are more files than the question takes."),
    gettext_noop("The response names a file twice."),
    gettext_noop("Files of this kind are not taken here."),
    gettext_noop("A point is two numbers, across and down."),
    gettext_noop("The response must be a list of points."),
    gettext_noop("The response has more points than may be set."),
    gettext_noop("The response names more regions than may be chosen."),
    gettext_noop("Write values as in: p = 1000, r = 5"),
    gettext_noop("The response must be text."),
    gettext_noop("The response must be true or false."),
    gettext_noop("The response contains characters that cannot be stored."),
    gettext_noop("The response must be the id of an option."),
    gettext_noop("The response names an option that the question does not have."),
    gettext_noop("The response must be a list of option ids."),
    gettext_noop("The response names more options than the question has."),
    gettext_noop("The response names an option twice."),
    gettext_noop("One thing has more partners than it may have."),
    gettext_noop("The certainty of a response is 1, 2 or 3."),
    gettext_noop("The response must be an object with one entry for each part."),
    gettext_noop("The response names a part that the question does not have."),
)
"""What the domain says word for word; anything else is shown as it is."""

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
    (re.compile(r"There is no (.+) in the question\."), gettext_noop("There is no %(n)s in the question.")),
    (re.compile(r"The id (.+) occurs twice\."), gettext_noop("The id %(n)s occurs twice.")),
    (re.compile(r"there is no question type (.+)"), gettext_noop("There is no question type %(n)s.")),
    (
        re.compile(r"a passage cannot stand inside a passage()"),
        gettext_noop("A passage cannot stand inside a passage."),
    ),
    (re.compile(r"is not a number()$"), gettext_noop("This is not a number.")),
    (re.compile(r"contains a NUL or half a surrogate()"), gettext_noop("This holds characters that cannot be stored.")),
    (
        re.compile(r"A regular expression has at most (\d+) characters"),
        gettext_noop("A regular expression has at most %(n)s characters."),
    ),
    (
        re.compile(r"Unexpected (.+) in this regular expression"),
        gettext_noop("Unexpected %(n)s in this regular expression."),
    ),
    (
        re.compile(r"^'?(.+?)'? cannot stand here; the character itself"),
        gettext_noop("%(n)s cannot stand here; write a backslash before it to mean the character itself."),
    ),
    (
        re.compile(r"^(.+) is not supported \(no back references"),
        gettext_noop("%(n)s is not supported (no back references, no boundaries)."),
    ),
    (re.compile(r"The range (.+) is reversed"), gettext_noop("The range %(n)s is reversed.")),
    (
        re.compile(r"The response is longer than (\d+) characters"),
        gettext_noop("At most %(n)s characters are possible."),
    ),
    (
        re.compile(r"String should have at least (\d+) characters?"),
        gettext_noop("At least %(n)s characters are needed."),
    ),
    (
        re.compile(r"String should have at most (\d+) characters?"),
        gettext_noop("At most %(n)s characters are possible."),
    ),
    (re.compile(r"should be greater than or equal to (\S+)"), gettext_noop("This is at least %(n)s.")),
    (re.compile(r"should be less than or equal to (\S+)"), gettext_noop("This is at most %(n)s.")),
    (re.compile(r"should be greater than (\S+)"), gettext_noop("This is more than %(n)s.")),
    (re.compile(r"should be less than (\S+)"), gettext_noop("This is less than %(n)s.")),
    (re.compile(r"Field required()"), gettext_noop("This part is missing.")),
    (re.compile(r"Extra inputs are not permitted()"), gettext_noop("There is no such part in this type of question.")),
    (re.compile(r"String should match pattern()"), gettext_noop("This holds signs that are not possible here.")),
    (re.compile(r"Input should be a valid (?:number|integer|decimal)()"), gettext_noop("This is not a number.")),
    (re.compile(r"Input should be a valid string()"), gettext_noop("This has to be text.")),
    (re.compile(r"Input should be a valid boolean()"), gettext_noop("This has to be true or false.")),
    (re.compile(r"Input should be a valid (?:list|tuple)()"), gettext_noop("This has to be a list.")),
    (re.compile(r"Input should be a valid dictionary()"), gettext_noop("This has to be an object with named parts.")),
    (re.compile(r"^Input should be ('.+)"), gettext_noop("This has to be one of: %(n)s")),
)


def describe_problem(problem: Problem) -> str:
    """Return a problem in words for a teacher."""
    return describe_text(problem.message)


def describe_text(message: str) -> str:
    """Return a message of the exam domain in the reader's language; one that is not known comes back as it is."""
    for pattern, text in _SHAPES:
        if found := pattern.search(message):
            return _(text) % {"n": found.group(1)}
    return _(message) if message else ""
