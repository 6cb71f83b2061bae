"""The choice of mails."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import list_mail_categories


class PreferencesForm(forms.Form):
    """One box a category: ticked means that its mails come."""

    categories = forms.MultipleChoiceField(
        label=_("Send me mails about"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, muted: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list_mail_categories()
        field = self.fields["categories"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices
        field.initial = [name for name, _label in choices if name not in muted]

    def muted_categories(self) -> set[str]:
        """Return the categories that are not ticked."""
        return {name for name, _label in list_mail_categories()} - set(self.cleaned_data["categories"])
