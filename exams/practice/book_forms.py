"""Forms of the wrong-answer book: its filter, how to retry, and by what a question leaves it."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.domain.progress import MasteryKind
from exams.domain.recall import RETENTIONS
from exams.models import QuestionProgress, Topic
from exams.practice.book import DAYS, GROUPS
from exams.practice.book_starts import COUNTS
from exams.practice.starts import MAXIMUM_QUESTIONS
from exams.view_models import TYPE_LABELS

MISTAKES = [(value, label) for value, label in QuestionProgress.Mistake.choices if value]
GROUP_LABELS = {
    "date": _("by date"),
    "topic": _("by chapter"),
    "type": _("by type"),
    "source": _("by source"),
}


class BookFilterForm(forms.Form):
    """Filter of the wrong-answer book, and by what it is grouped."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Words in the question"), required=False, max_length=100)
    bank = forms.ChoiceField(label=_("Bank"), required=False)
    topic = forms.ChoiceField(label=_("Chapter"), required=False)
    type = forms.ChoiceField(label=_("Type"), required=False)
    source = forms.ChoiceField(label=_("Where it was wrong"), required=False)
    days = forms.ChoiceField(
        label=_("Last wrong"),
        required=False,
        choices=[
            ("", _("at any time")),
            *((str(n), format_lazy(_("in the last {n} days"), n=n)) for n in DAYS),
        ],
    )
    mistake = forms.ChoiceField(
        label=_("Kind of mistake"),
        required=False,
        choices=[("", _("every kind")), *MISTAKES, ("none", _("not said"))],
    )
    group = forms.ChoiceField(
        label=_("Grouped"), required=False, choices=[(name, GROUP_LABELS[name]) for name in GROUPS]
    )

    def __init__(
        self,
        *args: Any,
        banks: list[tuple[str, str]],
        topics: list[tuple[str, str]],
        exams: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [("", _("all banks")), *banks]
        if topics:
            self.fields["topic"].choices = [("", _("all chapters")), *topics]
        else:
            self.fields["topic"].choices = [("", _("choose a bank first"))]
            self.fields["topic"].disabled = True
        self.fields["type"].choices = [("", _("all types")), *TYPE_LABELS.items()]
        self.fields["source"].choices = [("", _("anywhere")), ("practice", _("in practice")), *exams]


class RetryForm(forms.Form):
    """How many entries to retry, and in what order."""

    count = forms.TypedChoiceField(
        label=_("How many questions"),
        required=False,
        coerce=int,
        empty_value=20,
        initial=20,
        choices=[
            *((n, str(n)) for n in COUNTS),
            (MAXIMUM_QUESTIONS, format_lazy(_("all (at most {n})"), n=MAXIMUM_QUESTIONS)),
        ],
    )
    order = forms.ChoiceField(
        label=pgettext_lazy("sequence", "Order"),
        required=False,
        choices=[
            ("oldest", _("longest untouched first")),
            ("most_wrong", _("most often wrong first")),
            ("random", _("at random")),
        ],
    )


class RuleForm(forms.Form):
    """By what a question leaves the book, and how sure of it the learner wants to be when it comes back."""

    mastery_kind = forms.ChoiceField(
        label=_("A question leaves the book when it is"),
        widget=forms.RadioSelect,
        choices=[
            (MasteryKind.STREAK.value, _("right several times in a row")),
            (MasteryKind.RECALL.value, _("remembered for long")),
        ],
    )
    mastery_streak = forms.IntegerField(
        label=_("Right answers in a row"),
        min_value=1,
        max_value=5,
        help_text=_("1 to 5; counts with “right several times in a row”."),
    )
    mastery_days = forms.IntegerField(
        label=_("Days for which you will still know it"),
        min_value=7,
        max_value=365,
        help_text=_("7 to 365; counts with “remembered for long”. The chance to know it stays at 90 % for so long."),
    )
    retention = forms.IntegerField(
        label=_("Of the questions that come back, I want to know (per cent)"),
        min_value=RETENTIONS.start,
        max_value=RETENTIONS.stop - 1,
        help_text=_("80 to 97. More means that questions come back sooner and more often; 90 is a good middle."),
    )


def topic_choices(topics: list[Topic]) -> list[tuple[str, str]]:
    """Return the topics of a bank in reading order as choices, what lies below set in."""
    children: dict[int | None, list[Topic]] = {}
    for topic in topics:
        children.setdefault(topic.parent_id, []).append(topic)
    found: list[tuple[str, str]] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for topic in sorted(children.get(parent_id, ()), key=lambda row: (row.position, row.pk)):
            found.append((str(topic.public_id), "\u2003" * depth + topic.name))
            walk(topic.pk, depth + 1)

    walk(None, 0)
    return found
