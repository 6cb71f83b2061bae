"""Forms of those who steer an exam."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.models import Accommodation

DATETIME = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ExtendForm(forms.Form):
    """More minutes for a running attempt."""

    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=1440, initial=10)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class AccommodationForm(forms.Form):
    """What one learner gets beyond the exam's rules."""

    extra_percent = forms.IntegerField(label=_("Extra time (per cent)"), min_value=0, max_value=400, required=False)
    extra_minutes = forms.IntegerField(label=_("Extra time (minutes)"), min_value=0, max_value=1440, required=False)
    extra_attempts = forms.IntegerField(label=_("Extra attempts"), min_value=0, max_value=100, required=False)
    opens_at = forms.DateTimeField(label=_("Opens"), required=False, widget=DATETIME)
    closes_at = forms.DateTimeField(label=_("Closes"), required=False, widget=DATETIME)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    @staticmethod
    def initial_of(row: Accommodation | None) -> dict[str, Any]:
        """Return the form's values of what is granted now."""
        if row is None:
            return {}
        return {
            "extra_percent": row.extra_percent,
            "extra_minutes": row.extra_seconds // 60,
            "extra_attempts": row.extra_attempts,
            "opens_at": row.opens_at,
            "closes_at": row.closes_at,
            "reason": row.reason,
        }

    def values(self) -> dict[str, Any]:
        """Return the arguments of set_accommodation."""
        given = self.cleaned_data
        return {
            "extra_percent": given["extra_percent"] or 0,
            "extra_seconds": 60 * (given["extra_minutes"] or 0),
            "extra_attempts": given["extra_attempts"] or 0,
            "opens_at": given["opens_at"],
            "closes_at": given["closes_at"],
            "reason": given["reason"],
        }
