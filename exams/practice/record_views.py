"""Pages of records: practice and exams in one list with filters, as a file, and the download of all practice."""

import uuid
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from edu.documents import csv_files, xlsx
from edu.documents.xlsx import Sheet, write_workbook
from exams.models import Bank, PracticeSession
from exams.practice.export import read_practice, request_practice
from exams.practice.records import (
    RecordFilter,
    list_practised_banks,
    read_records,
    record_headers,
    record_keys,
    record_rows,
)
from exams.practice.start_views import or_404

PAGE_SIZE = 20
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RecordsForm(forms.Form):
    """The filters of the records; the kind is chosen by tabs."""

    kind = forms.ChoiceField(
        required=False, choices=[("", ""), ("practice", ""), ("exam", "")], widget=forms.HiddenInput
    )
    q = forms.CharField(label=gettext_lazy("Words of the title"), required=False, max_length=100)
    bank = forms.ChoiceField(label=gettext_lazy("Bank"), required=False)
    mode = forms.ChoiceField(
        label=gettext_lazy("Kind of practice"),
        required=False,
        choices=[("", gettext_lazy("All")), *PracticeSession.Mode.choices],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("open", gettext_lazy("In progress")),
            ("finished", gettext_lazy("Finished")),
            ("passed", gettext_lazy("Exam passed")),
            ("failed", gettext_lazy("Exam not passed")),
        ],
    )
    since = forms.DateField(label=gettext_lazy("From the day"), required=False, widget=DAY)
    until = forms.DateField(label=gettext_lazy("To the day"), required=False, widget=DAY)

    def __init__(self, *args: Any, banks: list[Bank], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [("", gettext_lazy("All")), *((str(row.public_id), row.name) for row in banks)]

    def wanted(self, banks: list[Bank]) -> RecordFilter:
        """Return what the form says; a value that is not offered counts as none, the rest still narrows."""
        data = self.cleaned_data
        chosen = data.get("bank")
        return RecordFilter(
            kind=data.get("kind") or "",
            state=data.get("state") or "",
            text=data.get("q") or "",
            bank_id=next((row.pk for row in banks if str(row.public_id) == chosen), None) if chosen else None,
            mode=data.get("mode") or "",
            since=data.get("since"),
            until=data.get("until"),
        )


def _asked(request: HttpRequest) -> tuple[RecordsForm, RecordFilter]:
    banks = list_practised_banks(user_id=request.user.pk)
    form = RecordsForm(request.GET, banks=banks)
    form.is_valid()
    return form, form.wanted(banks)


def _tabs(request: HttpRequest, kind: str) -> list[dict[str, Any]]:
    labels = [("", _("All")), ("practice", _("Practice")), ("exam", _("Exams"))]
    tabs = []
    for value, label in labels:
        query = request.GET.copy()
        for name in ("page", "kind"):
            query.pop(name, None)
        if value:
            query["kind"] = value
        tabs.append({"label": label, "url": f"?{query.urlencode()}", "current": kind == value, "count": ""})
    return tabs


@login_required
@never_cache
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """List the learner's practice and exams, newest first."""
    form, wanted = _asked(request)
    page_obj = Paginator(record_keys(user_id=request.user.pk, wanted=wanted), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    query = request.GET.copy()
    for name in ("page", "format"):
        query.pop(name, None)
    context = {
        "desk": "learner",
        "title": _("Records"),
        "form": form,
        "page_obj": page_obj,
        "rows": read_records(list(page_obj.object_list)),
        "tabs": _tabs(request, wanted.kind),
        "query": query.urlencode(),
        "is_filtered": wanted != RecordFilter(),
    }
    return render(request, "exams/practice/records.html", context)


@login_required
@never_cache
@require_GET
def records_file(request: HttpRequest, format: str) -> HttpResponseBase:
    """Return the records that fit the filter of the list as CSV or XLSX, 5,000 at most."""
    _form, wanted = _asked(request)
    headers, rows = record_headers(), record_rows(user_id=request.user.pk, wanted=wanted)
    name = f"records-{timezone.localdate().isoformat()}.{format}"
    if format == "csv":
        lines = csv_files.csv_lines(headers=headers, rows=list(rows))
        response: HttpResponseBase = StreamingHttpResponse(lines, content_type=csv_files.CONTENT_TYPE)
    else:
        sheet = Sheet(name=_("Records"), headers=headers, rows=rows)
        response = HttpResponse(write_workbook(sheets=[sheet]), content_type=xlsx.CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Ask for the file of everything the learner practised; its page shows how far it is."""
    row = request_practice(user=request.user)
    if row.job is None:
        return redirect("practice:records")
    return redirect("jobs:detail", row.job.public_id)


@login_required
@never_cache
@require_GET
def download(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Return the file of everything the learner practised, to her alone."""
    row, stored = or_404(lambda: read_practice(user=request.user, public_id=public_id))
    return FileResponse(
        stored,
        as_attachment=True,
        filename=f"practice-{row.created_at:%Y-%m-%d}.zip",
        content_type="application/zip",
    )
