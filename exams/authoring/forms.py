"""Forms of authoring: banks, what surrounds a question's content, papers, rules and exams."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edu.organizations.queries import list_memberships
from exams.models import Bank, Paper, Topic
from exams.view_models import TYPE_LABELS

DIFFICULTIES = [
    (1, _("1 very easy")),
    (2, _("2 easy")),
    (3, _("3 medium")),
    (4, _("4 hard")),
    (5, _("5 very hard")),
]


class BankForm(forms.ModelForm):
    """What a bank says of itself, and who may use it."""

    class Meta:
        model = Bank
        fields = [
            *("name", "description", "language", "visibility", "requires_grant", "free_sample_count"),
            "requires_review",
        ]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "language": forms.Select(choices=settings.LANGUAGES),
        }
        help_texts = {
            "requires_grant": _("Learners need to buy it, or get it with a course."),
            "requires_review": _("Only what a second person approved is drawn. Nobody approves her own."),
            "free_sample_count": _("So many questions of each topic may be tried without buying."),
        }


class OwnerForm(forms.Form):
    """To whom a new bank or paper belongs: the author herself, or an organisation she authors for."""

    organization = forms.TypedChoiceField(
        label=_("Belongs to"), required=False, coerce=int, empty_value=None, choices=[("", _("me"))]
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [
            (row.organization_id, row.organization_name)
            for row in list_memberships(user_id=user.pk)
            if user.is_instructor or row.role == "trainer"
        ]
        self.fields["organization"].choices = [("", _("me")), *mine]
        if mine and not user.is_instructor:
            self.initial.setdefault("organization", mine[0][0])


def topic_choices(bank: Bank) -> list[tuple[str, str]]:
    """Return the bank's topics in reading order, indented by depth; one query."""
    rows = list(Topic.objects.filter(bank=bank))
    children: dict[int | None, list[Topic]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    ordered: list[tuple[str, str]] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for row in sorted(children.get(parent_id, ()), key=lambda topic: (topic.position, topic.pk)):
            ordered.append((str(row.public_id), "\u2003" * depth + row.name))
            walk(row.pk, depth + 1)

    walk(None, 0)
    return ordered


class QuestionMetaForm(forms.Form):
    """What surrounds a question's content: topic, difficulty, marks, tags, explanation, source."""

    topic = forms.ChoiceField(label=_("Topic"), required=False)
    difficulty = forms.TypedChoiceField(label=_("Difficulty"), coerce=int, choices=DIFFICULTIES, initial=3)
    marks = forms.DecimalField(
        label=pgettext_lazy("question", "Marks"), min_value=0, max_value=10_000, decimal_places=2, initial=1
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=600,
        help_text=_("Separated by commas."),
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-rich": ""}),
        help_text=_("Shown after answering: why it is so."),
    )
    source = forms.CharField(
        label=_("Source"), required=False, max_length=300, help_text=_("The law or fact behind it, with its date.")
    )
    ref = forms.CharField(label=_("Reference"), required=False, max_length=80, help_text=_("Your own number, if any."))

    def __init__(self, *args: Any, bank: Bank, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bank = bank
        self.fields["topic"].choices = [("", _("no topic")), *topic_choices(bank)]

    def clean_topic(self) -> Topic | None:
        """Return the chosen topic of this bank."""
        value = self.cleaned_data["topic"]
        return Topic.objects.filter(bank=self.bank, public_id=value).first() if value else None

    def clean_tags(self) -> list[str]:
        """Return the tags; Chinese and Western commas both separate."""
        text = self.cleaned_data["tags"].replace("，", ",").replace("、", ",")
        return [tag.strip() for tag in text.split(",") if tag.strip()]


class ScheduleForm(forms.Form):
    """When a draft is published and when the question is retired."""

    go_live_at = forms.DateTimeField(
        label=_("Publish at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    expire_at = forms.DateTimeField(
        label=_("Retire at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class PaperForm(forms.ModelForm):
    """What a paper says of itself."""

    class Meta:
        model = Paper
        fields = ["title", "instructions", "language", "is_practice", "requires_grant"]
        widgets = {
            "instructions": forms.Textarea(attrs={"rows": 3, "data-rich": ""}),
            "language": forms.Select(choices=settings.LANGUAGES),
        }


class RuleForm(forms.Form):
    """A blueprint rule: draw so many questions that fit."""

    bank = forms.ChoiceField(label=_("Bank"))
    topic = forms.CharField(label=_("Topic"), required=False, widget=forms.Select)
    types = forms.MultipleChoiceField(label=_("Types"), required=False, widget=forms.CheckboxSelectMultiple)
    difficulty_min = forms.TypedChoiceField(label=_("Difficulty from"), coerce=int, choices=DIFFICULTIES, initial=1)
    difficulty_max = forms.TypedChoiceField(
        label=pgettext_lazy("range", "to"), coerce=int, choices=DIFFICULTIES, initial=5
    )
    tags = forms.CharField(label=_("Tags"), required=False, help_text=_("All of them; separated by commas."))
    maximum_exposure = forms.IntegerField(
        label=_("Most answers in exams"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_("Only questions that were answered at most so often in exams; empty: any."),
    )
    count = forms.IntegerField(label=_("Number of questions"), min_value=1, max_value=500, initial=5)
    marks = forms.DecimalField(label=_("Marks each"), min_value=0, decimal_places=2, initial=1)

    def __init__(self, *args: Any, banks: list[Bank], bank: Bank | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [(str(row.public_id), row.name) for row in banks]
        self.fields["types"].choices = list(TYPE_LABELS.items())
        topics = topic_choices(bank) if bank else []
        self.fields["topic"].widget.choices = [("", _("all topics")), *topics]
