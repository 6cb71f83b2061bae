"""The question editor: one page for all types, with rows that grow, live preview, draft, publication and versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from edu.core.clock import now_utc
from edu.core.errors import DomainError, InvalidInput
from edu.core.ids import find_uuid
from exams.authoring.editor import Editor
from exams.authoring.editor_form import (
    Errors,
    Values,
    empty_values,
    locate,
    nodes_of,
    offer_rows,
    press,
    read_values,
)
from exams.authoring.editors import act, editors, find_variant, get_editor
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.forms import QuestionMetaForm, ScheduleForm
from exams.authoring.locks import lock_question, unlock_question
from exams.authoring.pictures import keep_posted_pictures, rich_words
from exams.authoring.problems import describe_problem
from exams.authoring.questions import (
    discard_draft,
    equals_version,
    is_approved,
    publish_question,
    restore_question,
    retire_question,
    save_question,
)
from exams.authoring.review import find_open_review, submit_for_review
from exams.authoring.schedule import schedule_question
from exams.authoring.tabs import question_tabs
from exams.authoring.usage import sets_naming
from exams.domain.errors import InvalidQuestion, Problem, UnknownQuestionType
from exams.domain.grading import check_question
from exams.models import Bank, Question, QuestionComment, QuestionVersion, Topic
from exams.policies_authoring import (
    get_editable_bank,
    get_editable_question,
    get_readable_question,
    is_editor,
    is_steward,
)
from exams.presentation import KEYS_ONLY, ask_view, review_view
from exams.view_models import TYPE_LABELS

_SAID = {
    "publish": gettext_lazy("Published."),
    "submit": gettext_lazy("Submitted. Your colleagues are told."),
}


def _initial_meta(question: Question) -> dict[str, Any]:
    return {
        "topic": str(question.topic.public_id) if question.topic else "",
        "difficulty": question.difficulty,
        "marks": question.marks,
        "tags": ", ".join(question.tags),
        "explanation": question.explanation,
        "source": question.source,
        "ref": question.ref,
    }


def editor_or_404(type_: str) -> Editor:
    """Return the editor of a type; 404 for a type without one."""
    try:
        return get_editor(type_)
    except UnknownQuestionType as error:
        raise Http404(error.message) from error


@author_page
def new_question(request: HttpRequest, public_id: Any, type: str) -> HttpResponse:
    """Write a new question of a type in a bank."""
    bank = get_editable_bank(request.user, public_id)
    editor = editor_or_404(type)
    if request.method == "POST":
        return _posted(request, bank=bank, editor=editor, question=None)
    topic = (
        Topic.objects.filter(bank=bank, public_id=request.GET["topic"]).first()
        if _is_uuid(request.GET.get("topic"))
        else None
    )
    meta = QuestionMetaForm(
        bank=bank, initial={"topic": str(topic.public_id) if topic else "", "difficulty": 3, "marks": 1}
    )
    return _page(
        request, bank=bank, editor=editor, question=None, values=empty_values(editor.layout, find_variant), meta=meta
    )


def _is_uuid(text: str | None) -> bool:
    return find_uuid(text) is not None


@author_page
def edit_question(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Change the draft of a question; what learners have stays the published version until it is published anew."""
    question = get_readable_question(request.user, public_id)
    if not is_editor(request.user, question.bank):
        return redirect("authoring:review", public_id=question.public_id)
    editor = editor_or_404(question.type)
    if request.method == "POST":
        return _posted(request, bank=question.bank, editor=editor, question=question)
    try:
        values = editor.load(question.content, question.key)
    except (KeyError, TypeError):
        # A draft that came from elsewhere may lack parts; what is there is shown, the rest is empty.
        values = empty_values(editor.layout, find_variant) | {"stem": str(question.content.get("stem", ""))}
    offer_rows(editor.layout, values, find_variant)
    meta = QuestionMetaForm(bank=question.bank, initial=_initial_meta(question))
    return _page(request, bank=question.bank, editor=editor, question=question, values=values, meta=meta)


def _page(
    request: HttpRequest,
    *,
    bank: Bank,
    editor: Editor,
    question: Question | None,
    values: Values,
    meta: QuestionMetaForm,
    errors: Errors | None = None,
    focus: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw the editor, or only its form where htmx asked for it."""
    editor.derive(values)
    is_part = bool(getattr(request, "htmx", False))
    address = (
        reverse("authoring:question", args=[question.public_id])
        if question
        else reverse("authoring:new_question", args=[bank.public_id, editor.type])
    )
    context = {
        "desk": "instructor",
        "title": question.summary if question else _("New question"),
        "type_label": TYPE_LABELS.get(editor.type, editor.type),
        "bank": bank,
        "question": question,
        "rich_words": rich_words(bank),
        "nodes": nodes_of(editor.layout, values, errors or {}, find_variant),
        "errors": errors or {},
        "meta": meta,
        "focus": focus,
        "address": address,
        "preview_type": editor.type,
        "preview_address": reverse("authoring:preview", args=[bank.public_id, editor.type]),
        "preview": None if is_part else _preview(editor, values),
        "versions": _versions(question) if question and not is_part else (),
        **(_around(request, question) if question and not is_part else {}),
    }
    template = "exams/authoring/_question_form.html" if is_part else "exams/authoring/question.html"
    return render(request, template, context, status=200 if is_part else status)


def _around(request: HttpRequest, question: Question) -> dict[str, Any]:
    """Return what stands around the form: tabs, lock, schedule, review, open remarks."""
    initial = {"go_live_at": question.go_live_at, "expire_at": question.expire_at}
    review = find_open_review(question)
    return {
        "tabs": question_tabs(question, current="editor", may_edit=True),
        "is_locked_out": question.locked and question.locked_by_id not in {None, request.user.pk},
        "may_unlock": question.locked
        and (question.locked_by_id == request.user.pk or is_steward(request.user, question.bank)),
        "schedule": ScheduleForm(initial=initial),
        "review": review,
        "may_publish": question.bank.requires_review
        and review is None
        and not equals_version(question)
        and is_approved(question),
        "has_draft": question.current_version is not None and not equals_version(question),
        "open_remarks": QuestionComment.objects.filter(
            question=question, thread__isnull=True, resolved_at__isnull=True
        ).count(),
    }


def _versions(question: Question) -> list[QuestionVersion]:
    return list(question.versions.shown().select_related("published_by").order_by("-number")[:20])


def _posted(request: HttpRequest, *, bank: Bank, editor: Editor, question: Question | None) -> HttpResponse:
    """Do what the pressed button says: change rows, save the draft, or save and publish."""
    values = read_values(editor.layout, request.POST, find_variant)
    picture_errors = keep_posted_pictures(request, editor, values)
    meta = QuestionMetaForm(request.POST, bank=bank)
    command = request.POST.get("do", "save")
    if ":" in command:
        focus = act(editor, values, command) or press(editor.layout, values, command, find_variant)
        meta = QuestionMetaForm(bank=bank, initial=request.POST.dict())
        return _page(request, bank=bank, editor=editor, question=question, values=values, meta=meta, focus=focus)
    errors: Errors = picture_errors
    saved = None
    if meta.is_valid() and not errors:
        try:
            content, key = editor.dump(values)
            saved = save_question(
                bank=bank,
                actor=request.user,
                question=question,
                type=editor.type,
                content=content,
                key=key,
                language=question.language if question else bank.language,
                **meta.cleaned_data,
            )
            if command == "publish":
                publish_question(question=saved, actor=request.user)
            elif command == "submit":
                submit_for_review(question=saved, actor=request.user)
        except InvalidQuestion as error:
            errors = _errors_by_field(editor, values, error)
            if saved is not None:
                messages.info(request, _("The draft is saved. Before it can be published, correct what is marked."))
        except InvalidInput as error:
            meta.add_error(error.field if error.field in meta.fields else None, _(error.message))
        except DomainError as error:
            meta.add_error("ref" if error.field == "ref" else None, _(error.message))
        else:
            messages.success(request, _SAID.get(command, _("The draft is saved.")))
            if command == "another":
                return redirect("authoring:new_question", public_id=bank.public_id, type=editor.type)
            return redirect("authoring:question", public_id=saved.public_id)
    return _page(
        request,
        bank=bank,
        editor=editor,
        question=saved if saved is not None and saved.pk else question,
        values=values,
        meta=meta,
        errors=errors,
        status=422,
    )


def _errors_by_field(editor: Editor, values: Values, error: InvalidQuestion) -> Errors:
    """Return the problems by the form field they belong to; what belongs to none stands under the empty name."""
    errors: Errors = {}
    for problem in error.problems:
        name = locate(editor.layout, values, problem.field, find_variant, editor.aliases)
        text = describe_problem(problem)
        if text not in errors.setdefault(name, []):
            errors[name].append(text)
    return errors


def _problem_words(editor: Editor, values: Values, problem: Problem) -> str:
    """Return a problem with the name of the part of the form that it is about."""
    text = describe_problem(problem)
    name = locate(editor.layout, values, problem.field, find_variant, editor.aliases).partition("-")[0]
    label = next((part.label for part in editor.layout if part.name == name), "")
    return pgettext("problem", "%(part)s: %(text)s") % {"part": label, "text": text} if label else text


def _preview(editor: Editor, values: Values) -> dict[str, Any]:
    """Return the question as the learner gets it and as she reviews it, or what keeps it from being shown."""
    try:
        content, key = editor.dump(values)
        problems = check_question(type_name=editor.type, content=content, key=key)
        ask = ask_view(type=editor.type, content=content, name="preview", number="1", marks=1)
        review = None
        if not problems:
            review = review_view(
                type=editor.type, content=content, key=key, name="review", number="1", marks=1, policy=KEYS_ONLY
            )
    except (InvalidQuestion, KeyError, TypeError, ValueError):
        return {"ask": None, "review": None, "missing": []}
    missing = [*dict.fromkeys(_problem_words(editor, values, problem) for problem in problems)]
    return {"ask": ask, "review": review, "missing": missing}


@author_post
def preview(request: HttpRequest, public_id: Any, type: str) -> HttpResponse:
    """Draw the preview of what is in the form now; nothing is stored."""
    get_editable_bank(request.user, public_id)
    editor = editor_or_404(type)
    values = read_values(editor.layout, request.POST, find_variant)
    return render(request, "exams/authoring/_preview.html", {"preview": _preview(editor, values)})


@author_post
def change_status(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Publish, retire or restore a question."""
    question = get_editable_question(request.user, public_id)
    verb = request.POST.get("do")
    try:
        if verb == "publish":
            publish_question(question=question, actor=request.user)
            messages.success(request, _("Published."))
        elif verb == "discard":
            discard_draft(question=question, actor=request.user)
            messages.success(request, _("Discarded. The draft is the published version again; the history keeps it."))
        elif verb == "lock":
            lock_question(question=question, actor=request.user)
            messages.success(request, _("Locked. Only you can change it until you unlock it."))
        elif verb == "unlock":
            unlock_question(question=question, actor=request.user)
            messages.success(request, _("Unlocked."))
        elif verb == "retire":
            retire_question(question=question, actor=request.user)
            messages.success(request, _("Retired. It is not drawn any more."))
            named = sets_naming(bank_id=question.bank_id, questions=Question.objects.filter(pk=question.pk))
            if named:
                titles = ", ".join(row.title for row, _count in named)
                messages.info(
                    request, _("These practice sets name it and leave it out now: %(sets)s") % {"sets": titles}
                )
        elif verb == "restore":
            restore_question(question=question, actor=request.user)
            messages.success(request, _("Restored."))
    except InvalidQuestion:
        messages.error(request, _("The draft is not complete yet: the editor shows what is missing."))
    except DomainError as error:
        say(request, error)
    return redirect("authoring:question", public_id=question.public_id)


@author_post
def schedule(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Say when the draft is published and when the question is retired."""
    question = get_editable_question(request.user, public_id)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter date and time, such as 2026-12-01 08:00."))
        return redirect("authoring:question", public_id=question.public_id)
    try:
        schedule_question(question=question, actor=request.user, now=now_utc(), **form.cleaned_data)
    except InvalidQuestion:
        messages.error(request, _("The draft is not complete yet: the editor shows what is missing."))
    except DomainError as error:
        say(request, error)
    else:
        messages.success(request, _("Saved."))
    return redirect("authoring:question", public_id=question.public_id)


@author_page
def version(request: HttpRequest, public_id: Any, number: int) -> HttpResponse:
    """Show one published version of a question, as asked and as reviewed."""
    question = get_readable_question(request.user, public_id)
    row = question.versions.shown().filter(number=number).first()
    if row is None:
        raise Http404
    view = review_view(
        type=row.type,
        content=row.content,
        key=row.key,
        name="review",
        number=str(row.number),
        marks=row.marks,
        policy=KEYS_ONLY,
        explanation=row.explanation,
        source=row.source,
    )
    context = {
        "desk": "instructor",
        "title": question.summary,
        "question": question,
        "bank": question.bank,
        "version": row,
        "view": view,
    }
    return render(request, "exams/authoring/version.html", context)


@author_page
def choose_type(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Choose the type of a new question."""
    bank = get_editable_bank(request.user, public_id)
    types = [
        {"name": name, "label": TYPE_LABELS.get(name, name), "hint": editor.hint} for name, editor in editors().items()
    ]
    context = {
        "desk": "instructor",
        "title": _("New question"),
        "bank": bank,
        "types": types,
        "topic": request.GET.get("topic", "") if _is_uuid(request.GET.get("topic")) else "",
    }
    return render(request, "exams/authoring/choose_type.html", context)
