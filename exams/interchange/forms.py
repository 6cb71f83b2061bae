"""Forms of imports and exports."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from exams.authoring.forms import DIFFICULTIES, topic_choices
from exams.interchange.exports import writable_formats
from exams.interchange.formats.registry import list_formats
from exams.models import Bank, Question
from exams.view_models import TYPE_LABELS

ENCODINGS = ("utf-8", "gb18030", "utf-16", "big5", "cp1252")
_translated = lazy(gettext, str)


def _names(text: str, separators: str) -> list[str]:
    for sign in separators:
        text = text.replace(sign, "\n")
    return [name.strip() for name in text.split("\n") if name.strip()]


class ReadingForm(forms.Form):
    """How a file is read: detected unless somebody knows better."""

    format = forms.ChoiceField(label=_("Format"), required=False)
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[("", _("detect")), *((name, name.upper()) for name in ENCODINGS)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        formats = [(entry.name, _translated(entry.label)) for entry in list_formats().values()]
        self.fields["format"].choices = [("", _("detect")), *formats]


class UploadForm(ReadingForm):
    """The file to import: chosen here, or uploaded in pieces before (`upload`)."""

    field_order = ("file", "format", "encoding")
    file = forms.FileField(label=_("File"), required=False)
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Demand a file of bounded size in one of the two ways."""
        data = super().clean() or {}
        file = data.get("file")
        if not file and not data.get("upload") and "file" not in self.errors:
            self.add_error("file", _("Choose a file."))
        elif file and file.size > settings.IMPORT_MAXIMUM_BYTES:
            message = gettext("The file is larger than %(n)s MB. Split it.")
            self.add_error("file", message % {"n": settings.IMPORT_MAXIMUM_BYTES // 1024**2})
        return data


class OptionsForm(forms.Form):
    """What holds for all rows of an import."""

    updates = forms.ChoiceField(
        label=_("Rows whose reference is known"),
        choices=[
            ("update", _("update the question")),
            ("skip", _("leave the question as it is")),
            ("new", _("import as a new question without the reference")),
        ],
    )
    doubtful = forms.ChoiceField(label=_("Doubtful rows"), choices=[("import", _("import")), ("leave", _("leave out"))])
    topic = forms.CharField(
        label=_("Under the topic"), required=False, max_length=400, help_text=_("Such as: Chapter 1 > Section 2")
    )
    tags = forms.CharField(label=_("Tags for all"), required=False, max_length=600, help_text=_("Separated by commas."))
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty of all"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("as the file says")), *DIFFICULTIES],
    )

    def clean_topic(self) -> list[str]:
        """Return the names of the path."""
        return _names(self.cleaned_data["topic"], ">＞")

    def clean_tags(self) -> list[str]:
        """Return the tags; Chinese and Western commas both separate."""
        return _names(self.cleaned_data["tags"], ",，、")

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> "OptionsForm":
        """Return the form as it stands."""
        shown = {
            **options,
            "topic": " > ".join(options.get("topic") or ()),
            "tags": ", ".join(options.get("tags") or ()),
        }
        return cls(initial=shown)


class RowMetaForm(forms.Form):
    """What surrounds the content of a row; its topic need not exist yet."""

    topic = forms.CharField(
        label=_("Topic"), required=False, max_length=400, help_text=_("Such as: Chapter 1 > Section 2")
    )
    difficulty = forms.TypedChoiceField(label=_("Difficulty"), coerce=int, choices=DIFFICULTIES, initial=3)
    marks = forms.DecimalField(
        label=pgettext_lazy("question", "Marks"), min_value=0, max_value=10_000, decimal_places=2, initial=1
    )
    tags = forms.CharField(label=_("Tags"), required=False, max_length=600, help_text=_("Separated by commas."))
    explanation = forms.CharField(
        label=_("Explanation"), required=False, widget=forms.Textarea(attrs={"rows": 3, "data-rich": ""})
    )
    source = forms.CharField(label=_("Source"), required=False, max_length=300)
    ref = forms.CharField(label=_("Reference"), required=False, max_length=80)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "RowMetaForm":
        """Return the form of a record, or of as much of it as there is."""
        lists: dict[str, list[Any]] = {}
        for name in ("topic", "tags"):
            said = record.get(name)
            lists[name] = said if isinstance(said, list) else []
        difficulty = record.get("difficulty")
        return cls(
            initial={
                "topic": " > ".join(str(name) for name in lists["topic"]),
                "tags": ", ".join(str(name) for name in lists["tags"]),
                "difficulty": difficulty if difficulty in {1, 2, 3, 4, 5} else 3,
                "marks": str(record.get("marks", "1")),
                **{name: str(record.get(name) or "") for name in ("explanation", "source", "ref")},
            }
        )

    def fields_of_record(self) -> dict[str, Any]:
        """Return what the form says as parts of a record; call after is_valid()."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in ("difficulty", "explanation", "source", "ref")},
            "marks": str(data["marks"]),
            "topic": _names(data["topic"], ">＞"),
            "tags": _names(data["tags"], ",，、"),
        }


class RowSearchForm(forms.Form):
    """Words to look for in the rows of an import."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    tab = forms.CharField(required=False, widget=forms.HiddenInput)


class ExportForm(forms.Form):
    """Which questions are exported, as what."""

    format = forms.ChoiceField(label=_("Format"))
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    type = forms.ChoiceField(label=_("Type"), required=False)
    difficulty = forms.ChoiceField(label=_("Difficulty"), required=False, choices=[("", _("any")), *DIFFICULTIES])
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", pgettext_lazy("export", "all but retired")), *Question.Status.choices],
    )
    tag = forms.CharField(label=_("Tag"), required=False, max_length=40)
    q = forms.CharField(label=_("Words in the question"), required=False, max_length=100)

    def __init__(self, *args: Any, bank: Bank, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = [(entry.name, _translated(entry.label)) for entry in writable_formats()]
        self.fields["topic"].choices = [("", _("all topics")), *topic_choices(bank)]
        self.fields["type"].choices = [("", _("all types")), *TYPE_LABELS.items()]
