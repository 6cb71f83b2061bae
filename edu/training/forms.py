"""Forms of the trainer's desk. They check shape; the use cases decide."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from edu.organizations.queries import DepartmentView

INDENT = "\u3000"  # an ideographic space, which options keep


def department_choices(departments: Sequence[DepartmentView]) -> list[tuple[str, str]]:
    """Return the departments as indented options."""
    return [(str(row.public_id), f"{INDENT * row.depth}{row.name}") for row in departments]


class DateInput(forms.DateInput):
    """A day chosen in the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeopleFilter(forms.Form):
    """Search and filter over the people list."""

    q = forms.CharField(label=_("Name, staff number, phone"), required=False, max_length=100)
    department = forms.ChoiceField(label=_("Department"), required=False)
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[("", _("All")), ("member", _("Members")), ("trainer", _("Trainers"))],
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Current")), ("never", _("Never signed in")), ("left", _("Left"))],
    )

    def __init__(self, *args: Any, departments: Sequence[DepartmentView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            ("", _("All")),
            ("none", _("Without department")),
            *department_choices(departments),
        ]


class MemberForm(forms.Form):
    """A person who is added by hand."""

    real_name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As it shall stand on certificates."))
    staff_number = forms.CharField(label=_("Staff number"), max_length=40)
    department = forms.ChoiceField(label=_("Department"), required=False)
    job_title = forms.CharField(label=_("Job title"), max_length=80, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)

    def __init__(self, *args: Any, departments: Sequence[DepartmentView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", _("None")), *department_choices(departments)]


class DepartmentForm(forms.Form):
    """Name and place of a department."""

    name = forms.CharField(label=_("Name of the department"), max_length=120)
    parent = forms.ChoiceField(label=_("Stands under"), required=False)

    def __init__(self, *args: Any, departments: Sequence[DepartmentView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = [("", _("Nothing (top)")), *department_choices(departments)]


class InvitationForm(forms.Form):
    """A new invitation link."""

    department = forms.ChoiceField(label=_("Joins the department"), required=False)
    days = forms.IntegerField(label=_("Valid for days"), min_value=1, max_value=90, initial=14)
    max_uses = forms.IntegerField(
        label=_("For how many people"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("Empty means any number."),
    )

    def __init__(self, *args: Any, departments: Sequence[DepartmentView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", _("None")), *department_choices(departments)]


class UploadForm(forms.Form):
    """A spreadsheet of staff."""

    file = forms.FileField(
        label=_("Spreadsheet (.xlsx)"),
        help_text=_("At most 5,000 people and 20 MB. Nothing changes before you have seen the preview."),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        ),
    )


class SeatsForm(forms.Form):
    """Who gets a seat: departments, or people by staff number."""

    departments = forms.MultipleChoiceField(
        label=_("Departments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With the departments under them. Who has a seat already keeps it."),
    )
    staff_numbers = forms.CharField(
        label=_("Staff numbers"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, or separated by commas or spaces."),
    )

    def __init__(self, *args: Any, departments: Sequence[DepartmentView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].choices = department_choices(departments)


class AssignmentForm(forms.Form):
    """A new assignment: what, who, until when."""

    title = forms.CharField(label=_("Title"), max_length=200)
    products = forms.MultipleChoiceField(
        label=_("Courses and exams"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All of them have to be finished."),
    )
    everybody = forms.BooleanField(label=_("For everybody in the organisation"), required=False)
    departments = forms.MultipleChoiceField(
        label=_("Departments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With the departments under them."),
    )
    staff_numbers = forms.CharField(
        label=_("Single people, by staff number"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, or separated by commas or spaces."),
    )
    includes_newcomers = forms.BooleanField(
        label=_("Also for people who join these departments later"), required=False, initial=True
    )
    starts_on = forms.DateField(
        label=_("First day"), widget=DateInput, help_text=_("Access and the message come on this day.")
    )
    due_on = forms.DateField(label=_("Deadline"), widget=DateInput, help_text=_("Until the end of this day."))
    message = forms.CharField(
        label=_("A word to the people"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        departments: Sequence[DepartmentView],
        products: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].choices = department_choices(departments)
        self.fields["products"].choices = products

    def clean_due_on(self) -> datetime:
        """Return the end of the last day in the site's time zone."""
        return end_of_day(self.cleaned_data["due_on"])


class DeadlineForm(forms.Form):
    """Another deadline for an assignment."""

    due_on = forms.DateField(label=_("New deadline"), widget=DateInput, help_text=_("Until the end of this day."))

    def clean_due_on(self) -> datetime:
        """Return the end of the last day in the site's time zone."""
        return end_of_day(self.cleaned_data["due_on"])


class TargetFilter(forms.Form):
    """Search and filter over the people of an assignment."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Name or staff number"), required=False, max_length=100)
    department = forms.ChoiceField(label=_("Department"), required=False)

    def __init__(self, *args: Any, departments: Sequence[DepartmentView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", _("All")), *department_choices(departments)]


def end_of_day(day: Any) -> datetime:
    """Return the last second of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
