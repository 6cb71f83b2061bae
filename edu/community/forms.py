"""Forms of the community."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class QuestionForm(forms.Form):
    """Ask about a lesson."""

    title = forms.CharField(label=_("Your question"), max_length=160, help_text=_("In one line."))
    body = forms.CharField(
        label=_("Details"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What did you expect, and what did you find?"),
    )


class AnswerForm(forms.Form):
    """Answer a question."""

    body = forms.CharField(
        label=pgettext_lazy("discussion", "Your answer"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ReportForm(forms.Form):
    """Report a question or an answer."""

    reason = forms.CharField(label=_("What is wrong with it?"), max_length=300)


class ReviewForm(forms.Form):
    """Review a course."""

    STARS = [(5, _("5: excellent")), (4, _("4: good")), (3, _("3: fair")), (2, _("2: poor")), (1, _("1: bad"))]

    stars = forms.TypedChoiceField(label=_("Stars"), choices=STARS, coerce=int, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Your review"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What helped you, what did you miss?"),
    )


class AnnouncementForm(forms.Form):
    """Announce something."""

    title = forms.CharField(label=pgettext_lazy("heading", "Title"), max_length=160)
    body = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))
