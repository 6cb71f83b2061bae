"""The form of a regrade: what is done about a question, by which key, where, and what learners are told."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.domain.regrading import NEEDS_KEY
from exams.models import QuestionVersion, RegradeSet
from exams.regrading.keys import answer_places, key_of_options, key_with_answers, option_choices, right_options

POLICY_WORDS = {
    RegradeSet.Policy.NEW_KEY: _("Recount with the corrected key: who was right by the old one alone loses the marks."),
    RegradeSet.Policy.ACCEPT_BOTH: _("Accept the old and the corrected key: nobody loses anything."),
    RegradeSet.Policy.FULL_MARKS: _("Full marks to all, to those who left it blank too."),
    RegradeSet.Policy.DROP: _("Drop the question: it counts for nobody, and the exam is out of fewer marks."),
}
HERE = "here"
ACCEPT = "accept-"
"""What the names of the fields for accepted answers begin with, before the place."""


class RegradeForm(forms.Form):
    """What is to be done about one question version of an exam, or of practice (ask_for_practice).

    `key` is what marks it now, `newer` are later versions of the question with their right answers.
    """

    policy = forms.ChoiceField(
        label=_("What is done about it"), widget=forms.RadioSelect, choices=list(POLICY_WORDS.items())
    )
    key_source = forms.ChoiceField(label=_("The corrected key"), widget=forms.RadioSelect, required=False)
    right = forms.MultipleChoiceField(label=_("Right is"), widget=forms.CheckboxSelectMultiple, required=False)
    scope = forms.ChoiceField(
        label=pgettext_lazy("regrade", "Where"),
        widget=forms.RadioSelect,
        choices=[choice for choice in RegradeSet.Scope.choices if choice[0] != RegradeSet.Scope.NONE],
        initial=RegradeSet.Scope.EXAM,
    )
    certificates = forms.ChoiceField(
        label=_("Certificates of those who no longer pass"),
        widget=forms.RadioSelect,
        choices=RegradeSet.Certificates.choices,
        initial=RegradeSet.Certificates.KEEP,
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Learners whose result changes read this in a message, and it stands in the history of each mark."),
    )

    def __init__(
        self,
        *args: Any,
        version: QuestionVersion,
        key: Mapping[str, Any],
        newer: list[tuple[QuestionVersion, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self.key = key
        self.newer = {str(row.number): row for row, _text in newer}
        sources: list[tuple[str, Any]] = [
            (number, _("of version %(number)s: %(answer)s") % {"number": number, "answer": text})
            for number, text in ((str(row.number), text) for row, text in newer)
        ]
        self.corrected: dict[str, Any] | None = None
        self.places = answer_places(version)
        options = option_choices(version)
        for number, place in enumerate(self.places, start=1):
            self.fields[f"{ACCEPT}{place}"] = forms.CharField(
                label=_("Also right in blank %(n)s") % {"n": number} if len(self.places) > 1 else _("Also right is"),
                max_length=200,
                required=False,
                help_text=_("Written as in the key above, whose answers stay right.") if number == 1 else "",
            )
        if self.places:
            sources.append((HERE, _("one more answer, given here for this regrade alone")))
        if options:
            sources.append((HERE, _("given here, for this regrade alone")))
            self.fields["right"].choices = options
            self.fields["right"].initial = sorted(right_options(version))
        else:
            del self.fields["right"]
        if sources:
            self.fields["key_source"].choices = sources
            self.fields["key_source"].initial = sources[0][0]
        else:
            del self.fields["key_source"]

    def ask_for_practice(self) -> None:
        """Ask only what is asked of answers of practice: no exams, no certificates, no marks to be out of."""
        del self.fields["scope"], self.fields["certificates"]
        self.fields["policy"].choices = [
            (RegradeSet.Policy.NEW_KEY, _("Judge by the corrected key alone.")),
            (RegradeSet.Policy.ACCEPT_BOTH, _("Accept the old and the corrected key: nobody loses anything.")),
            (RegradeSet.Policy.FULL_MARKS, _("Count every answer as right, blanks too.")),
        ]
        self.fields["reason"].help_text = _("Learners read it beside their answers that are judged otherwise now.")

    @property
    def has_key(self) -> bool:
        """Whether there is a corrected key to choose, or a way to give one."""
        return "key_source" in self.fields

    @property
    def accepted_fields(self) -> list[forms.BoundField]:
        """The fields for answers that are to be accepted as well, in the order of the blanks."""
        return [self[f"{ACCEPT}{place}"] for place in self.places]

    def clean(self) -> dict[str, Any]:
        """Make the key that is given here; an answer that is no number is said beside its field."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("policy") not in NEEDS_KEY or data.get("key_source") != HERE:
            return data
        if "right" in self.fields:
            self.corrected = key_of_options(self.version, data.get("right", []))
            return data
        for place in self.places:
            text = data.get(f"{ACCEPT}{place}", "")
            try:
                made = key_with_answers(self.version, self.corrected or self.key, {place: text} if text else {})
            except ValueError:
                self.add_error(f"{ACCEPT}{place}", _("Write a number."))
            else:
                self.corrected = made or self.corrected
        if self.corrected is None and not self.errors:
            self.add_error(f"{ACCEPT}{self.places[0]}", _("Write the answer that is accepted as well."))
        return data

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `plan_regrade` beside actor, exam and version; call after is_valid()."""
        data = self.cleaned_data
        asked = ("policy", "scope", "certificates", "reason")
        found: dict[str, Any] = {name: data[name] for name in asked if name in self.fields}
        if data["policy"] in NEEDS_KEY:
            source = data.get("key_source", "")
            if source == HERE:
                found["key"] = self.corrected
            elif source in self.newer:
                found["key_version_id"] = self.newer[source].pk
        return found
