"""What a learner means to do in a day, and whether she is reminded: the form, and the use case that keeps it."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput
from edu.notifications.services import switch_on_mails
from exams.models import PracticePreference
from exams.practice.days import site_today

REMINDER_CATEGORY = "practice"
"""Category of the reminder's mails (edu.notifications.kinds); it holds nothing else: one click stops it alone."""
MOST_A_DAY = 500


class GoalForm(forms.Form):
    """The goal of a day and the reminder. Its fields are named as those of PracticePreference."""

    daily_goal = forms.IntegerField(
        label=gettext_lazy("Questions a day"),
        help_text=gettext_lazy("What you mean to answer on an ordinary day. 0 for no goal."),
        min_value=0,
        max_value=MOST_A_DAY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reminds = forms.BooleanField(
        label=gettext_lazy("Remind me on days on which I have not practised yet"),
        help_text=gettext_lazy("One message in the site and one mail; each mail has a link that stops them."),
        required=False,
    )
    reminder_hour = forms.TypedChoiceField(
        label=pgettext_lazy("time of a reminder", "At"),
        coerce=int,
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)],
    )


def save_goals(*, user_id: int, daily_goal: int, reminds: bool, reminder_hour: int) -> bool:
    """Keep the learner's goal and reminder; return whether anything changed.

    Who asks to be reminded gets the mails again that she had stopped; where the hour of today is past, the first
    reminder comes tomorrow. InvalidInput for a goal beyond 0 to 500 or an hour beyond 0 to 23.
    """
    if not 0 <= daily_goal <= MOST_A_DAY:
        raise InvalidInput(_("A goal is between 0 and %(most)d questions.") % {"most": MOST_A_DAY}, field="daily_goal")
    if not 0 <= reminder_hour <= 23:
        raise InvalidInput(_("Choose one of the offered values."), field="reminder_hour")
    values: dict[str, Any] = {"daily_goal": daily_goal, "reminds": reminds, "reminder_hour": reminder_hour}
    with transaction.atomic():
        row, is_new = PracticePreference.objects.select_for_update().get_or_create(user_id=user_id)
        before = {name: getattr(row, name) for name in values}
        if before == values and not is_new:
            return False
        if reminds and (not row.reminds or reminder_hour != row.reminder_hour):
            now = now_utc()
            if timezone.localtime(now, timezone.get_default_timezone()).hour >= reminder_hour:
                values["reminded_on"] = site_today(now)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        if reminds and not before["reminds"]:
            switch_on_mails(user_id=user_id, category=REMINDER_CATEGORY)
    return before != {name: values[name] for name in before}


def stop_reminders(*, user_id: int) -> None:
    """Remind the learner no more; calling it again changes nothing."""
    PracticePreference.objects.filter(user_id=user_id, reminds=True).update(reminds=False)
