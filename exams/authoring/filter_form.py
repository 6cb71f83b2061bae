"""Forms of a bank's list: filters and order, and what may be done with many questions at once."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.authoring.forms import DIFFICULTIES
from exams.authoring.listing import TopicNode
from exams.models import Question
from exams.view_models import TYPE_LABELS

STATUSES = [
    ("", _("any")),
    *Question.Status.choices,
    ("changed", _("published, with changes")),
    ("review", _("waits for review")),
    ("withheld", _("not approved yet")),
    ("scheduled", _("scheduled")),
]
ORDERS = [
    ("", _("newest first")),
    ("oldest", _("oldest first")),
    ("changed", _("last changed first")),
    ("easiest", _("easiest first")),
    ("hardest", _("hardest first")),
]


class QuestionFilterForm(forms.Form):
    """Filters and order of a bank's questions; what it says stands in the address."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    type = forms.ChoiceField(label=_("Type"), required=False)
    difficulty = forms.ChoiceField(label=_("Difficulty"), required=False, choices=[("", _("any")), *DIFFICULTIES])
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUSES)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=40)
    author = forms.ChoiceField(label=_("Author"), required=False)
    health = forms.ChoiceField(label=_("Health"), required=False, choices=[("", _("any")), *Question.Health.choices])
    used = forms.ChoiceField(label=_("Used"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=ORDERS)
    topic = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        authors: Sequence[tuple[str, str]] = (),
        papers: Sequence[tuple[Any, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [("", _("all types")), *TYPE_LABELS.items()]
        self.fields["author"].choices = [("", _("anybody")), *authors]
        self.fields["used"].choices = [
            ("", _("any")),
            ("any", _("in a paper")),
            ("none", _("in no paper")),
            *((str(public_id), title[:60]) for public_id, title in papers),
        ]


class BulkForm(forms.Form):
    """What is done with many questions: each button takes the field beside it."""

    topic = forms.ChoiceField(label=_("Topic"), required=False)
    bank = forms.ChoiceField(label=pgettext_lazy("question bank", "Other bank"), required=False)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=40)
    difficulty = forms.ChoiceField(label=_("Difficulty"), required=False, choices=[("", _("choose")), *DIFFICULTIES])

    def __init__(
        self, *args: Any, topics: Sequence[TopicNode] = (), banks: Sequence[tuple[Any, str]] = (), **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "bulk-%s")
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [
            ("", _("no topic")),
            *((str(node.topic.public_id), "\u2003" * node.depth + node.topic.name) for node in topics),
        ]
        self.fields["bank"].choices = [("", _("choose")), *((str(public_id), name) for public_id, name in banks)]
