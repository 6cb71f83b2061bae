"""The filter of the catalogue."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from courses.models import Category, Course


class CatalogueFilter(forms.Form):
    """What narrows the catalogue; a value that is not offered is ignored."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("Any language")), *settings.LANGUAGES]
    )
    level = forms.ChoiceField(
        label=_("Difficulty"), required=False, choices=[("", _("Any level")), *Course.Level.choices]
    )
    price = forms.ChoiceField(
        label=_("Price"),
        required=False,
        choices=[("", _("Any price")), ("free", _("Free")), ("paid", _("With a price"))],
    )
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[
            ("", _("Best match")),
            ("newest", _("Newest first")),
            ("popular", _("Most learners first")),
            ("title", _("By title")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(Category.objects.all())
        below: dict[int | None, list[Category]] = {}
        for row in rows:
            below.setdefault(row.parent_id, []).append(row)
        choices = [("", _("All categories"))]
        for top in below.get(None, []):
            choices.append((top.slug, top.name))
            choices += [(child.slug, f"– {child.name}") for child in below.get(top.pk, [])]
        self.fields["category"].choices = choices

    def chosen(self) -> dict[str, str]:
        """Return the values that are valid; others as empty."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
