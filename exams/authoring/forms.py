"""Forms of authoring: banks, what surrounds a question's content, papers, rules and exams."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edu.organizations.queries import list_memberships
from exams.models import Bank, Exam, Paper, Topic
from exams.policies_authoring import list_editable_papers
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
    marks = forms.DecimalField(label=_("Marks"), min_value=0, max_value=10_000, decimal_places=2, initial=1)
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


class ExamForm(forms.ModelForm):
    """An exam. Only paper, title and opening have to be set; everything else has a sensible default."""

    paper = forms.ChoiceField(label=_("Paper"))
    duration_minutes = forms.IntegerField(label=_("Duration (minutes)"), min_value=1, max_value=1440, initial=60)
    shows_marks = forms.BooleanField(label=_("Review shows marks"), required=False, initial=True)
    shows_answers = forms.BooleanField(label=_("Review shows the learner's answers"), required=False, initial=True)
    shows_keys = forms.BooleanField(label=_("Review shows right answers"), required=False, initial=True)
    shows_explanations = forms.BooleanField(label=_("Review shows explanations"), required=False, initial=True)
    multiple_choice = forms.ChoiceField(
        label=_("Multiple choice is marked"),
        required=False,
        choices=[
            ("partial_if_no_wrong", _("part for some right and none wrong")),
            ("all_or_nothing", _("all or nothing")),
            ("sum_of_fractions", _("by adding up shares")),
            ("net_correct", _("right minus wrong")),
            ("each_option", _("by each option")),
        ],
    )
    partial_fraction = forms.FloatField(
        label=_("That part is (0 to 1)"), required=False, min_value=0, max_value=1, initial=0.5
    )
    asks_certainty = forms.BooleanField(
        label=_("Candidates say how certain they are"),
        required=False,
        help_text=_(
            "Certainty-based marking: low, middle, high certainty earn 1/3, 2/3, all of the marks when right and cost"
            " none, 2/3, twice the marks when wrong. What a person marks is left out."
        ),
    )

    class Meta:
        model = Exam
        fields = [
            *("title", "opens_at", "closes_at", "audience", "attempts_allowed", "pass_percent", "description", "rules"),
            *("layout", "shuffle_questions", "shuffle_options", "forward_only", "release", "access_code", "language"),
        ]
        widgets = {
            "opens_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "closes_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "description": forms.Textarea(attrs={"rows": 3, "data-rich": ""}),
            "rules": forms.Textarea(attrs={"rows": 4, "data-rich": ""}),
            "language": forms.Select(choices=settings.LANGUAGES),
        }

    GROUPS = (
        (_("What and when"), ("paper", "title", "opens_at", "closes_at", "duration_minutes")),
        (_("Who may sit it"), ("audience", "attempts_allowed", "access_code")),
        (
            _("Passing and results"),
            ("pass_percent", "release", "shows_marks", "shows_answers", "shows_keys", "shows_explanations"),
        ),
        (_("In the room"), ("layout", "forward_only", "shuffle_questions", "shuffle_options")),
        (_("Marking"), ("multiple_choice", "partial_fraction", "asks_certainty")),
        (_("Texts"), ("description", "rules", "language")),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers = list_editable_papers(user).filter(current_version__isnull=False, archived_at__isnull=True)
        self.fields["paper"].choices = [(str(row.public_id), row.title) for row in papers]
        exam = self.instance
        if exam.pk:
            self.fields["paper"].initial = str(exam.paper.public_id)
            self.fields["duration_minutes"].initial = exam.duration_seconds // 60
            for name in ("marks", "answers", "keys", "explanations"):
                self.fields[f"shows_{name}"].initial = exam.review_policy.get(name, True)
            self.fields["multiple_choice"].initial = exam.grading_policy.get("multiple_choice", "partial_if_no_wrong")
            self.fields["partial_fraction"].initial = exam.grading_policy.get("partial_fraction", 0.5)
            self.fields["asks_certainty"].initial = exam.grading_policy.get("asks_certainty", False)
        self.fields["forward_only"].help_text = _(
            "One question at a time; whoever goes on cannot return, and later questions are not sent before."
        )
        for name in (
            "closes_at",
            "attempts_allowed",
            "pass_percent",
            "duration_minutes",
            "audience",
            "layout",
            "release",
            "language",
        ):
            self.fields[name].required = False

    def groups(self) -> list[dict[str, Any]]:
        """Return the fields in groups for the page; the first holds all that has to be set."""
        return [
            {"label": label, "fields": [self[name] for name in names], "is_first": place == 0}
            for place, (label, names) in enumerate(self.GROUPS)
        ]

    def exam_fields(self) -> dict[str, Any]:
        """Return the arguments for `save_exam` beside paper and actor; call after is_valid()."""
        data = self.cleaned_data
        grading = dict(self.instance.grading_policy or {})
        if data["multiple_choice"]:
            grading["multiple_choice"] = data["multiple_choice"]
        if data["partial_fraction"] is not None:
            grading["partial_fraction"] = data["partial_fraction"]
        if data["asks_certainty"] or "asks_certainty" in grading:
            grading["asks_certainty"] = data["asks_certainty"]
        plain = {
            name: data[name]
            for name in self.Meta.fields
            if name not in {"title", "opens_at", "closes_at"} and data[name] not in (None, "")
        }
        plain |= {name: data[name] for name in ("description", "rules", "access_code")}
        return plain | {
            "review_policy": {name: data[f"shows_{name}"] for name in ("marks", "answers", "keys", "explanations")},
            "grading_policy": grading,
        }
