"""Forms of the instructor's desk."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from certificates.queries import has_rule
from courses.models import Category, Chapter, Course, Instructor, Lesson


class NewCourseForm(forms.Form):
    """What a course needs to begin with."""

    title = forms.CharField(label=_("Title"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.all(), required=False)
    summary = forms.CharField(
        label=_("Short description"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A few sentences for the catalogue. You can change them later."),
    )
    chapter = forms.CharField(label=_("First chapter"), max_length=200, initial=_("Chapter 1"))
    organization = forms.TypedChoiceField(
        label=_("For whom"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("A course of an organisation is seen by its people only."),
    )

    def __init__(self, *args: Any, organizations: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if organizations:
            self.fields["organization"].choices = [("", _("Everybody")), *organizations]
        else:
            del self.fields["organization"]


class SettingsForm(forms.ModelForm):
    """Settings of a course that are not text; whether it awards a certificate is told by the certificate room."""

    certificate_on_completion = forms.BooleanField(label=_("Certificate on completion"), required=False)

    class Meta:
        model = Course
        fields = ("category", "level", "is_free", "sequential", "instructors")
        widgets = {"instructors": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instructors"].queryset = Instructor.objects.all()
        self.fields["is_free"].help_text = _("Anybody may begin it without paying.")
        self.fields["sequential"].help_text = _("A lesson opens when the required ones before it are done.")
        self.initial["certificate_on_completion"] = has_rule(achievement_key=self.instance.product_key)
        self.order_fields(["category", "level", "is_free", "sequential", "certificate_on_completion", "instructors"])


class ChapterForm(forms.ModelForm):
    """Title and summary of a chapter."""

    class Meta:
        model = Chapter
        fields = ("title", "summary")


class NewLessonForm(forms.Form):
    """A new lesson: title and kind; the rest follows on its own page."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Lesson.Kind.choices)


class LessonForm(forms.ModelForm):
    """Settings of a lesson."""

    class Meta:
        model = Lesson
        fields = (
            "title",
            "kind",
            "minutes",
            "free_preview",
            "required",
            "completion",
            "pass_percent",
            "starts_at",
            "place",
        )
        widgets = {"starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.kind
        if kind != Lesson.Kind.QUIZ:
            del self.fields["pass_percent"]
        if kind not in {Lesson.Kind.LIVE, Lesson.Kind.OFFLINE}:
            del self.fields["starts_at"], self.fields["place"]
        wrong = set()
        if kind != Lesson.Kind.VIDEO:
            wrong.add(Lesson.Completion.WATCHED)
        if kind != Lesson.Kind.QUIZ:
            wrong |= {Lesson.Completion.PASSED, Lesson.Completion.FINISHED}
        self.fields["completion"].choices = [
            choice
            for choice in Lesson.Completion.choices
            if choice[0] not in wrong or choice[0] == self.instance.completion
        ]

    def clean_pass_percent(self) -> int:
        """Refuse a pass mark above 100 per cent."""
        value = self.cleaned_data["pass_percent"]
        if value > 100:
            raise forms.ValidationError(_("At most 100 per cent."))
        return value


class CaptionsForm(forms.Form):
    """Captions of a film in one language."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    file = forms.FileField(label=_("Captions"), help_text=_("A .vtt or .srt file in UTF-8, at most 1 MB."))

    def clean_file(self) -> str:
        """Return the text of the file."""
        file = self.cleaned_data["file"]
        if file.size > 1024 * 1024:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from error


class CopyForm(forms.Form):
    """A title for the copy of a course."""

    title = forms.CharField(label=_("Title of the copy"), max_length=200)
