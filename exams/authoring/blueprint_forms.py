"""The form of a whole blueprint, a row for each rule, and of the grid."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from exams.authoring.blueprints import MAXIMUM_RULE_COUNT, RuleInput
from exams.authoring.forms import DIFFICULTIES
from exams.models import Bank, BlueprintRule, PaperSection, Topic
from exams.view_models import TYPE_LABELS, number_text

Choices = list[tuple[str, Any]]


def split_tags(text: str) -> list[str]:
    """Return tags as typed; Chinese and Western commas both separate."""
    return [tag.strip() for tag in text.replace("，", ",").replace("、", ",").split(",") if tag.strip()]


class Sources:
    """The banks of a blueprint with their topics in reading order; two queries."""

    def __init__(self, banks: Sequence[Bank]) -> None:
        self.banks = {str(bank.public_id): bank for bank in banks}
        self.topics = {
            str(topic.public_id): topic for topic in Topic.objects.filter(bank__in=banks).select_related("bank")
        }
        children: dict[tuple[int, int | None], list[Topic]] = {}
        for topic in self.topics.values():
            children.setdefault((topic.bank_id, topic.parent_id), []).append(topic)
        self.choices: Choices = []
        for key, bank in self.banks.items():
            rows: list[tuple[str, str]] = [(key, pgettext("of a bank", "all topics"))]

            def walk(parent_id: int | None, depth: int, *, bank: Bank = bank, key: str = key, rows: Any = rows) -> None:
                own = children.get((bank.pk, parent_id), ())
                for topic in sorted(own, key=lambda one: (one.position, one.pk)):
                    rows.append((f"{key}/{topic.public_id}", "\u2003" * depth + topic.name))
                    walk(topic.pk, depth + 1, bank=bank, key=key, rows=rows)

            walk(None, 0)
            self.choices.append((bank.name, rows))

    def find(self, value: str) -> tuple[Bank, Topic | None] | None:
        """Return bank and topic of a choice; None for what is not offered."""
        key, _slash, topic_key = value.partition("/")
        bank, topic = self.banks.get(key), self.topics.get(topic_key)
        if bank is None or (topic_key and (topic is None or topic.bank_id != bank.pk)):
            return None
        return bank, topic

    @staticmethod
    def value_of(rule: BlueprintRule) -> str:
        """Return the choice that a stored rule stands for."""
        key = str(rule.bank.public_id)
        return f"{key}/{rule.topic.public_id}" if rule.topic else key


class RuleRowForm(forms.Form):
    """One rule of the blueprint."""

    rule = forms.IntegerField(required=False, widget=forms.HiddenInput)
    section = forms.ChoiceField(label=pgettext_lazy("of a paper", "Section"))
    source = forms.ChoiceField(label=_("Bank and topic"))
    types = forms.ChoiceField(label=_("Type"), required=False)
    difficulty_min = forms.TypedChoiceField(label=_("Difficulty from"), coerce=int, choices=DIFFICULTIES, initial=1)
    difficulty_max = forms.TypedChoiceField(
        label=pgettext_lazy("range", "to"), coerce=int, choices=DIFFICULTIES, initial=5
    )
    tags = forms.CharField(label=_("Tags"), required=False, max_length=300)
    maximum_exposure = forms.IntegerField(
        label=_("Most answers in exams"), required=False, min_value=0, max_value=10_000_000
    )
    count = forms.IntegerField(label=_("Number of questions"), min_value=1, max_value=MAXIMUM_RULE_COUNT, initial=5)
    marks = forms.DecimalField(
        label=_("Marks each"), min_value=0, max_value=10_000, max_digits=7, decimal_places=2, initial=1
    )

    def __init__(
        self,
        *args: Any,
        sections: Sequence[PaperSection],
        sources: Sources,
        rules: Mapping[int, BlueprintRule],
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.sources, self.rules = sources, rules
        self.sections = {str(section.pk): section for section in sections}
        self.fields["section"].choices = [(key, section.title) for key, section in self.sections.items()]
        self.fields["source"].choices = sources.choices
        several = self._several()
        self.fields["types"].choices = [("", _("all types")), *several, *TYPE_LABELS.items()]

    def _several(self) -> list[tuple[str, str]]:
        """Offer the types of a stored rule together, where it has several."""
        value = self.data.get(self.add_prefix("types")) if self.is_bound else self.initial.get("types")
        names = str(value or "").split(",")
        if len(names) < 2 or not set(names) <= set(TYPE_LABELS):
            return []
        return [(",".join(names), pgettext("types of a rule", " or ").join(str(TYPE_LABELS[one]) for one in names))]

    def clean(self) -> dict[str, Any]:
        """Refuse a reversed range of difficulty where it was typed."""
        data = super().clean() or {}
        low, high = data.get("difficulty_min"), data.get("difficulty_max")
        if low and high and low > high:
            self.add_error("difficulty_max", _("This is below the lower end."))
        return data

    def rule_input(self) -> RuleInput:
        """Return the rule as written; call after is_valid()."""
        data = self.cleaned_data
        found = self.sources.find(data["source"])
        assert found is not None, "a choice that was offered"
        return RuleInput(
            section=self.sections[data["section"]],
            bank=found[0],
            topic=found[1],
            rule=self.rules.get(data["rule"] or 0),
            types=tuple(data["types"].split(",")) if data["types"] else (),
            difficulty_min=data["difficulty_min"],
            difficulty_max=data["difficulty_max"],
            tags=tuple(split_tags(data["tags"])),
            maximum_exposure=data["maximum_exposure"],
            count=data["count"],
            marks=data["marks"],
        )


def rule_initial(rule: BlueprintRule) -> dict[str, Any]:
    """Return a stored rule as the initial values of its row."""
    return {
        "rule": rule.pk,
        "section": str(rule.section_id),
        "source": Sources.value_of(rule),
        "types": ",".join(rule.types),
        "difficulty_min": rule.difficulty_min,
        "difficulty_max": rule.difficulty_max,
        "tags": ", ".join(rule.tags),
        "maximum_exposure": rule.maximum_exposure,
        "count": rule.count,
        "marks": number_text(rule.marks),
    }
