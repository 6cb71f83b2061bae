"""What each question type is good for, in a line, where an author chooses one."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TYPE_HINTS: dict[str, Promise] = {
    "single_choice": _("One option is right."),
    "multiple_choice": _("Several options are right."),
    "true_false": _("A statement to be judged."),
    "fill_blank": _("Gaps in a text, each with its answers."),
    "numerical": _("A number, with a tolerance and units."),
    "calculated": _("Each learner gets other numbers; a formula knows the answer."),
    "short_text": _("A few words that are compared with yours."),
    "essay": _("A free text that a person marks."),
    "file_upload": _("Files that a person marks."),
    "matching": _("Pairs to be found."),
    "ordering": _("Items to be put in order."),
    "categorisation": _("Items to be sorted into groups."),
    "hotspot": _("Places in a picture."),
    "cloze": _("A passage with choices and blanks in it."),
    "material": _("A passage with several questions."),
}
"""One that is not here is shown by its name alone."""
