"""The form of a regrade: what is done about a question, by which key, where, and what learners are told."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.domain.corrections import MAXIMUM_LENGTH, KeyPlace
from exams.domain.errors import InvalidCorrection
from exams.domain.regrading import NEEDS_KEY
from exams.models import QuestionVersion, RegradeSet
from exams.regrading.keys import key_places, key_with, place_choices, place_label

POLICY_WORDS = {
    RegradeSet.Policy.NEW_KEY: _("Recount with the corrected key: who was right by the old one alone loses the marks."),
    RegradeSet.Policy.ACCEPT_BOTH: _("Accept the old and the corrected key: nobody loses anything."),
    RegradeSet.Policy.FULL_MARKS: _("Full marks to all, to those who left it blank too."),
    RegradeSet.Policy.DROP: _("Drop the question: it counts for nobody, and the exam is out of fewer marks."),
}
HERE = "here"


def place_field(place: KeyPlace, *, help_text: str) -> forms.Field:
    """Return the field in which a corrected key is given at a place; it shows what the key says now."""
    label = place_label(place)
    if place.kind == "text":
        return forms.CharField(label=label, max_length=MAXIMUM_LENGTH, required=False, help_text=help_text)
    choices: list[tuple[str, Any]] = [*place_choices(place)]
    if place.kind == "some":
        return forms.MultipleChoiceField(
            label=label,
            widget=forms.CheckboxSelectMultiple,
            choices=choices,
            initial=list(place.present),
            required=False,
        )
    if place.is_optional:
        choices = [("", _("none: right when left open")), *choices]
    widget = forms.RadioSelect if place.in_words else forms.Select
    initial = next(iter(place.present), "")
    return forms.ChoiceField(label=label, widget=widget, choices=choices, initial=initial, required=False)


class RegradeForm(forms.Form):
    """What is to be done about one question version of an exam, or of practice (ask_for_practice).

    `key` is what marks it now, `newer` are later versions of the question with their right answers.
    """

    policy = forms.ChoiceField(
        label=_("What is done about it"), widget=forms.RadioSelect, choices=list(POLICY_WORDS.items())
    )
    key_source = forms.ChoiceField(label=_("The corrected key"), widget=forms.RadioSelect, required=False)
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
        self.places = key_places(version, key)
        texts = [place.id for place in self.places if place.kind == "text"]
        self.takes_texts = len(texts) == len(self.places)
        for place in self.places:
            says_how = self.takes_texts and place.id == texts[0]
            help_text = _("Written as in the key above, whose answers stay right.") if says_how else ""
            self.fields[place.id] = place_field(place, help_text=help_text)
        if texts and not self.takes_texts:
            self.fields["key_source"].help_text = _(
                "Further answers are written as in the key above, whose answers stay right."
            )
        if self.places and self.takes_texts:
            sources.append((HERE, _("one more answer, given here for this regrade alone")))
        elif self.places:
            sources.append((HERE, _("given here, for this regrade alone")))
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
    def key_groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of the corrected key, by the question under a passage to which they belong; one group without a
        name where there is no passage."""
        by_group = groupby(self.places, key=lambda place: place.group)
        return [(name[:160], [self[place.id] for place in places]) for name, places in by_group]

    def clean(self) -> dict[str, Any]:
        """Make the key that is given here; what cannot be is said beside its field."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("policy") not in NEEDS_KEY or data.get("key_source") != HERE:
            return data
        if any(place.id in self.errors for place in self.places):
            return data
        given = {place.id: data[place.id] if place.kind == "some" else [data[place.id]] for place in self.places}
        try:
            self.corrected = key_with(self.version, self.key, given)
        except InvalidCorrection as error:
            self.add_error(error.field if error.field in self.fields else "key_source", _(error.message))
            return data
        if self.corrected == self.key:
            if self.takes_texts:
                self.add_error(self.places[0].id, _("Write the answer that is accepted as well."))
            else:
                self.add_error("key_source", _("This is the key by which the question was marked."))
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
