"""Forms of practice: how to practise a chapter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.view_models import TYPE_LABELS


class StartForm(forms.Form):
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
    count = forms.TypedChoiceField(
        label=_("How many questions"),
        required=False,
        coerce=int,
        empty_value=20,
        initial=20,
        choices=[(n, n) for n in (5, 10, 20, 50, 100)],
    )
    type = forms.ChoiceField(label=_("Type"), required=False)
    difficulty = forms.ChoiceField(
        label=_("Difficulty"), required=False, choices=[("", _("any")), *[(str(n), str(n)) for n in range(1, 6)]]
    )
    feedback = forms.ChoiceField(
        label=_("Feedback"),
        required=False,
        choices=[("at_once", _("after each question")), ("at_end", _("at the end"))],
    )

    asks_certainty = forms.BooleanField(label=_("Say how certain I am of each answer"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [("", _("all types")), *TYPE_LABELS.items()]
