"""Forms of practice: how to practise a chapter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.authoring.forms import DIFFICULTIES
from exams.practice.selection import MAXIMUM_QUESTIONS, MAXIMUM_TAGS, Narrowing
from exams.practice.starts import CLOCK_MINUTES
from exams.view_models import TYPE_LABELS


class NarrowingForm(forms.Form):
    """What every beginning of practice offers: how many, which types and difficulties, tags, feedback."""

    count = forms.TypedChoiceField(
        label=_("How many questions"),
        required=False,
        coerce=int,
        empty_value=20,
        initial=20,
        choices=[*((n, n) for n in (5, 10, 20, 50, 100)), (MAXIMUM_QUESTIONS, _("all (at most 200)"))],
    )
    feedback = forms.ChoiceField(
        label=_("Feedback"),
        required=False,
        choices=[("at_once", _("after each question")), ("at_end", _("at the end"))],
    )
    types = forms.MultipleChoiceField(label=_("Types"), required=False, widget=forms.CheckboxSelectMultiple)
    difficulties = forms.TypedMultipleChoiceField(
        label=_("Difficulty"),
        required=False,
        coerce=int,
        choices=DIFFICULTIES,
        widget=forms.CheckboxSelectMultiple,
    )
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=200, help_text=_("Any of these, with commas between them.")
    )
    asks_certainty = forms.BooleanField(label=_("Say how certain I am of each answer"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["types"].choices = list(TYPE_LABELS.items())

    def clean_tags(self) -> list[str]:
        """Return the tags, at most MAXIMUM_TAGS; both kinds of comma separate."""
        text = self.cleaned_data["tags"].replace("，", ",").replace("、", ",")
        tags = list(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))
        if len(tags) > MAXIMUM_TAGS:
            raise forms.ValidationError(_("Name at most %(n)d tags."), params={"n": MAXIMUM_TAGS})
        return tags

    @property
    def narrowing(self) -> Narrowing:
        """Return what the valid form says about which questions."""
        data = self.cleaned_data
        return Narrowing(
            types=data["types"], difficulties=data["difficulties"], tags=data["tags"], only=data.get("only") or ""
        )


class StartForm(NarrowingForm):
    """Order, number and filter of a chapter practice."""

    topic = forms.UUIDField(required=False, widget=forms.HiddenInput)
    order = forms.ChoiceField(
        label=pgettext_lazy("sequence", "Order"),
        required=False,
        choices=[
            ("in_order", _("in order")),
            ("unseen_first", _("unseen first")),
            ("wrong_first", _("wrong first")),
            ("random", _("at random")),
        ],
    )
    field_order = ("order", "count", "feedback", "tags", "types", "difficulties", "asks_certainty")


class RandomForm(NarrowingForm):
    """Random practice over several banks: which banks and chapters, and how narrowed."""

    banks = forms.MultipleChoiceField(
        label=_("Question banks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of them."),
    )
    topics = forms.MultipleChoiceField(
        label=_("Chapters"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all chapters."),
    )
    only = forms.ChoiceField(
        label=pgettext_lazy("questions", "Which of them"),
        required=False,
        choices=[
            ("", _("all")),
            ("unseen", _("only what I have not seen")),
            ("wrong", _("only from my wrong-answer book")),
        ],
    )
    field_order = ("banks", "topics", "only", "count", "feedback", "tags", "types", "difficulties", "asks_certainty")

    def __init__(self, *args: Any, banks: list[Any], topics: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["banks"].choices = [(str(bank.public_id), bank.name) for bank in banks]
        self.fields["topics"].choices = topics
        if not topics:
            del self.fields["topics"]


class PaperForm(forms.Form):
    """How to practise a paper: with or without a clock, feedback at the end or at once."""

    clock = forms.ChoiceField(
        label=_("Clock"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", _("without a clock")), ("timed", _("with a clock"))],
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=CLOCK_MINUTES.start,
        max_value=CLOCK_MINUTES.stop - 1,
        help_text=_("With a clock it finishes by itself, with what is answered by then; results come at the end."),
    )
    feedback = forms.ChoiceField(
        label=_("Feedback"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("at_end", _("at the end, as in an exam")), ("at_once", _("after each question"))],
    )
    asks_certainty = forms.BooleanField(label=_("Say how certain I am of each answer"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the minutes where a clock is wished."""
        data = super().clean() or self.cleaned_data
        if data.get("clock") and not data.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", _("Say for how many minutes."))
        return data
