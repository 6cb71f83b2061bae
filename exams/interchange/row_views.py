"""Single rows of an import: shown as the learner would see them, and mended in place by the type's own editor."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from edu.core.errors import DomainError
from exams.authoring.editor import Editor
from exams.authoring.editor_form import Errors, Values, empty_values, locate, nodes_of, press, read_values
from exams.authoring.editors import editors, find_variant
from exams.authoring.entries import author_page, say
from exams.authoring.record_problems import say_remark
from exams.interchange import rows as use_cases
from exams.interchange.forms import RowMetaForm
from exams.interchange.imports import get_batch
from exams.interchange.remarks import tell
from exams.models import ImportBatch, ImportRow, Question
from exams.presentation import QuestionView, ask_view
from exams.view_models import TYPE_LABELS

TONES = {"new": "success", "update": "gold", "doubtful": "gold", "failed": "danger", "duplicate": "", "excluded": ""}


def _asked(record: Any, name: str) -> QuestionView | None:
    """Return the question as it would be asked; None for a draft that cannot be shown."""
    try:
        marks = record.get("marks") or 1
        return ask_view(type=record["type"], content=record["content"], name=name, number="", marks=marks)
    except (DomainError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return None


def _each_once(remarks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return remarks as they are told, each once however often the row has it."""
    told = [tell(remark) for remark in remarks]
    return list({(one["field"], one["message"]): one for one in told}.values())


def numbers_of(batch: ImportBatch, rows: Sequence[ImportRow]) -> dict[int, str]:
    """Return how the file numbers the rows that these repeat or are like, by position; one query."""
    places = {place for row in rows for place in (row.repeats_position, row.near_position) if place}
    if not places:
        return {}
    found = ImportRow.objects.filter(batch=batch, position__in=places).values_list("position", "row", "file")
    return {place: f"{file} {number}".strip() for place, number, file in found}


def card_of(batch: ImportBatch, row: ImportRow, numbers: Mapping[int, str] | None = None) -> dict[str, Any]:
    """Return what the template draws of a row; `numbers` are those of the rows it repeats or is like."""
    numbers = numbers_of(batch, [row]) if numbers is None else numbers
    near = row.near_duplicate_of
    return {
        "row": row,
        "state_label": row.get_state_display(),
        "tone": TONES.get(row.state, ""),
        "type_label": TYPE_LABELS.get(row.type, row.type),
        "problems": [tell(remark) for remark in row.problems],
        "doubts": _each_once(row.doubts),
        "losses": _each_once(row.losses),
        "repeated": numbers.get(row.repeats_position) if row.repeats_position else None,
        "like_row": numbers.get(row.near_position) if row.near_position else None,
        "topic": " > ".join(str(name) for name in row.topic_path),
        "ask": _asked(row.record, f"r{row.position}") if row.record else None,
        "near": near,
        "near_ask": _asked(_record_of(near), f"n{row.position}") if near else None,
        "is_open": batch.state == ImportBatch.State.PLANNED,
    }


def _record_of(question: Question) -> Mapping[str, Any]:
    return {"type": question.type, "content": question.content, "marks": question.marks}


def cards_of(batch: ImportBatch, rows: Sequence[ImportRow]) -> list[dict[str, Any]]:
    """Return the cards of a page of rows; at most three queries."""
    ids = {pk for row in rows for pk in (row.near_duplicate_of_id, row.question_id) if pk}
    made = Q(batch=batch, batch_position__in=[row.position for row in rows])
    found = list(Question.everything.filter(Q(pk__in=ids) | made))
    questions = {question.pk: question for question in found}
    became = {question.batch_position: question for question in found if question.batch_id == batch.pk}
    for row in rows:
        row.near_duplicate_of = questions.get(row.near_duplicate_of_id)
        row.question = questions.get(row.question_id) or became.get(row.position)
    numbers = numbers_of(batch, rows)
    return [card_of(batch, row, numbers) for row in rows]


@author_page
def row(request: HttpRequest, public_id: Any, position: int) -> HttpResponse:
    """Show a row with its editor open, or do what a pressed button says."""
    batch = get_batch(request.user, public_id)
    item = use_cases.get_row(batch, position)
    if request.method == "POST":
        return _posted(request, batch, item)
    if request.GET.get("view") == "card":
        return _card(request, batch, item)
    record = item.record or {}
    editor = _editor_of(str(record.get("type") or item.type))
    values = _load(editor, record)
    return _form(request, batch, item, editor=editor, values=values, meta=RowMetaForm.from_record(record))


def _editor_of(type_: str) -> Editor:
    """Return the editor of a type; of the most used one where the type is not known."""
    known = editors()
    return known.get(type_) or next(iter(known.values()))


def _load(editor: Editor, record: Mapping[str, Any]) -> Values:
    """Return a draft as values of the form; what does not fit stays out."""
    content, key = record.get("content"), record.get("key")
    values = empty_values(editor.layout, find_variant)
    if not isinstance(content, dict):
        return values
    try:
        return editor.load(content, key if isinstance(key, dict) else {})
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, DomainError):
        values["stem"] = str(content.get("stem", ""))
    return _with_options(values, content)


def _with_options(values: Values, content: Mapping[str, Any]) -> Values:
    """Take options of a draft into a form that has some, without saying which is right."""
    options = content.get("options")
    blank = next(iter(values.get("options") or []), None)
    if isinstance(options, list) and isinstance(blank, dict):
        values["options"] = [
            {**blank, "id": str(option.get("id", "")), "text": str(option.get("text", ""))}
            for option in options
            if isinstance(option, dict)
        ]
    return values


def _carried(values: Values, editor: Editor) -> Values:
    """Return the values for another type: the stem and like-named rows stay."""
    fresh = empty_values(editor.layout, find_variant)
    for name in ("stem", "options", "items"):
        if name in fresh and values.get(name):
            blank = next(iter(fresh[name]), None) if isinstance(fresh[name], list) else None
            fresh[name] = (
                [{**blank, "id": row.get("id", ""), "text": row.get("text", "")} for row in values[name]]
                if isinstance(blank, dict)
                else values[name]
            )
    return fresh


def _card(request: HttpRequest, batch: ImportBatch, item: ImportRow) -> HttpResponse:
    return render(
        request, "exams/interchange/_row.html", {"batch": batch, "card": card_of(batch, item), "is_swapped": True}
    )


def _form(
    request: HttpRequest,
    batch: ImportBatch,
    item: ImportRow,
    *,
    editor: Editor,
    values: Values,
    meta: RowMetaForm,
    errors: Errors | None = None,
    focus: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw the editor of a row: alone where htmx asked for it, else on a page of its own."""
    context = {
        "desk": "instructor",
        "title": _("Row %(n)s") % {"n": item.row},
        "batch": batch,
        "card": card_of(batch, item),
        "nodes": nodes_of(editor.layout, values, errors or {}, find_variant),
        "errors": errors or {},
        "meta": meta,
        "focus": focus,
        "type": editor.type,
        "types": [(name, TYPE_LABELS.get(name, name)) for name in editors()],
    }
    if getattr(request, "htmx", False):
        return render(request, "exams/interchange/_row_form.html", context)
    return render(request, "exams/interchange/row.html", context, status=status)


def _posted(request: HttpRequest, batch: ImportBatch, item: ImportRow) -> HttpResponse:
    command = request.POST.get("do", "save")
    simple = {"exclude": use_cases.exclude_row, "include": use_cases.include_row, "accept": use_cases.accept_row}
    try:
        if command in simple:
            simple[command](row=item)
            return _done(request, batch, item)
        return _mend(request, batch, item, command)
    except DomainError as error:
        say(request, error)
        return _done(request, batch, item)


def _done(request: HttpRequest, batch: ImportBatch, item: ImportRow) -> HttpResponse:
    """Go back to the list, or put the card in its place."""
    if getattr(request, "htmx", False):
        return _card(request, batch, use_cases.get_row(batch, item.position))
    response = redirect("authoring:import_batch", public_id=batch.public_id)
    tab = request.POST.get("tab", "")
    response["Location"] += f"?tab={tab}" if tab.isalpha() else ""
    response["Location"] += f"#row-{item.position}"
    return response


def _mend(request: HttpRequest, batch: ImportBatch, item: ImportRow, command: str) -> HttpResponse:
    """Change rows of the form, change the type, or save the record into the plan."""
    editor = _editor_of(request.POST.get("editor", ""))
    values = read_values(editor.layout, request.POST, find_variant)
    if command == "retype":
        editor = _editor_of(request.POST.get("type", ""))
        values = _carried(values, editor)
    if ":" in command or command == "retype":
        focus = press(editor.layout, values, command, find_variant) if ":" in command else ""
        meta = RowMetaForm(initial=request.POST.dict())
        return _form(request, batch, item, editor=editor, values=values, meta=meta, focus=focus)
    meta = RowMetaForm(request.POST)
    errors: Errors = {}
    if meta.is_valid():
        content, key = editor.dump(values)
        language = str((item.record or {}).get("language") or "")
        record = {**meta.fields_of_record(), "type": editor.type, "content": content, "key": key, "language": language}
        if use_cases.save_row(row=item, record=record):
            return _done(request, batch, item)
        errors = _errors_by_field(editor, values, item)
    return _form(request, batch, item, editor=editor, values=values, meta=meta, errors=errors, status=422)


def _errors_by_field(editor: Editor, values: Values, item: ImportRow) -> Errors:
    """Return the problems of a row by the form field they belong to."""
    errors: Errors = {}
    for problem in item.problems:
        name = locate(editor.layout, values, str(problem["field"]), find_variant, editor.aliases)
        text = say_remark(problem["text"], problem.get("values") or {})
        if text not in errors.setdefault(name, []):
            errors[name].append(text)
    return errors
