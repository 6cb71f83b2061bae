"""The page of quick entry, and the warning of near duplicates while one writes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from edu.core.errors import DomainError
from edu.core.ids import find_uuid
from exams.authoring.checks import plain_text_of
from exams.authoring.editor_form import read_values
from exams.authoring.editors import find_variant
from exams.authoring.entries import author_page, author_post
from exams.authoring.forms import topic_choices
from exams.authoring.question_views import editor_or_404
from exams.authoring.quick_entry import preview_rows, read_rows, save_rows
from exams.authoring.term_index import find_near_duplicates
from exams.domain.errors import InvalidQuestion
from exams.models import Bank, Question, Topic
from exams.policies_authoring import get_editable_bank


class QuickForm(forms.Form):
    """The text, and what all its questions get."""

    text = forms.CharField(
        label=gettext_lazy("Questions"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "data-quick-text": ""}),
    )
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    tags = forms.CharField(label=gettext_lazy("Tags"), required=False, max_length=200)
    publish = forms.BooleanField(label=gettext_lazy("Publish at once"), required=False)

    def __init__(self, *args: Any, bank: Bank, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bank = bank
        self.fields["topic"].choices = [("", gettext_lazy("no topic")), *topic_choices(bank)]
        if bank.requires_review:
            del self.fields["publish"]

    def clean_topic(self) -> Topic | None:
        """Return the chosen topic of this bank."""
        value = self.cleaned_data["topic"]
        return Topic.objects.filter(bank=self.bank, public_id=value).first() if value else None

    def clean_tags(self) -> list[str]:
        """Return the tags; Chinese and Western commas both separate."""
        text = self.cleaned_data["tags"].replace("，", ",").replace("、", ",")
        return [tag.strip() for tag in text.split(",") if tag.strip()]


@author_page
def quick_entry(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take many questions at once; what cannot be read stays in the text with its problems."""
    bank = get_editable_bank(request.user, public_id)
    form = QuickForm(request.POST or None, bank=bank, initial={"topic": request.GET.get("topic", "")})
    rows: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            result = save_rows(
                bank=bank,
                actor=request.user,
                text=text,
                topic=form.cleaned_data["topic"],
                tags=form.cleaned_data["tags"],
                publish=form.cleaned_data.get("publish", False),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            count = len(result.saved)
            if count:
                done = ngettext("%(n)s question saved.", "%(n)s questions saved.", count) % {"n": count}
                messages.success(request, done)
            if not result.rest:
                return redirect(f"{reverse('authoring:quick_entry', args=[bank.public_id])}")
            rows = preview_rows(bank=bank, rows=read_rows(result.rest))
            form = QuickForm({**request.POST.dict(), "text": result.rest}, bank=bank)
            left = sum(1 for row in rows if row["row"].problems)
            text = ngettext(
                "%(n)s question could not be read: it stays below.",
                "%(n)s questions could not be read: they stay below.",
                left,
            )
            messages.warning(request, text % {"n": left})
    context = {"desk": "instructor", "title": _("Quick entry"), "bank": bank, "form": form, "rows": rows}
    return render(request, "exams/authoring/quick_entry.html", context, status=422 if rows or form.errors else 200)


@author_post
def quick_preview(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Draw what was understood of the text so far; nothing is stored."""
    bank = get_editable_bank(request.user, public_id)
    context: dict[str, Any] = {"bank": bank, "rows": [], "problem": ""}
    text = request.POST.get("text", "")
    try:
        context["rows"] = preview_rows(bank=bank, rows=read_rows(text)) if text.strip() else []
    except DomainError as error:
        context["problem"] = _(error.message)
    return render(request, "exams/authoring/_quick_preview.html", context)


@author_post
def near_duplicates(request: HttpRequest, public_id: Any, type: str) -> HttpResponse:
    """Draw the questions of the bank that say nearly what is in the form now; nothing is stored."""
    bank = get_editable_bank(request.user, public_id)
    editor = editor_or_404(type)
    try:
        content, _key = editor.dump(read_values(editor.layout, request.POST, find_variant))
        text = plain_text_of(type=type, content=content)
    except (InvalidQuestion, KeyError, TypeError, ValueError):
        text = ""
    own = find_uuid(request.GET.get("question"))
    own_id = Question.objects.filter(bank=bank, public_id=own).values_list("pk", flat=True).first() if own else None
    alike = find_near_duplicates(bank_id=bank.pk, text=text, exclude_id=own_id)
    rows = [(one, round(100 * share)) for one, share in alike]
    return render(request, "exams/authoring/_near_duplicates.html", {"rows": rows})
