"""Which questions may not stand beside a question: shown, added and taken back on a page of the question."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.core.errors import DomainError
from exams.authoring.enemies import keep_apart, list_enemies, reconcile
from exams.authoring.entries import author_page, say
from exams.authoring.listing import is_uuid, page_of_questions
from exams.authoring.tabs import question_tabs
from exams.authoring.term_index import find_near_duplicates
from exams.models import Question
from exams.policies_authoring import get_editable_question, list_readable_banks
from exams.view_models import TYPE_LABELS

FOUND = 20
"""Questions that a search on the page shows at most."""


@author_page
def enemies(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show the enemies of a question and offer others of its bank: those that read alike, or what a search finds."""
    question = get_editable_question(request.user, public_id)
    if request.method == "POST":
        _change(request, question)
        return redirect("authoring:question_enemies", public_id=question.public_id)
    present = list_enemies(question=question)
    mine = set(list_readable_banks(request.user).values_list("pk", flat=True))
    for enemy in present:
        enemy.question.is_mine = enemy.question.bank_id in mine
        enemy.question.type_label = TYPE_LABELS.get(enemy.question.type, enemy.question.type)
    query = request.GET.get("q", "").strip()[:100]
    taken = {question.pk, *(enemy.question.pk for enemy in present)}
    if query:
        page = page_of_questions(bank=question.bank, filters={"q": query}, topics=[], size=FOUND)
        offered = [one for one in page.rows if one.pk not in taken]
    else:
        alike = find_near_duplicates(bank_id=question.bank_id, text=question.search_text, exclude_id=question.pk)
        offered = [one for one, _likeness in alike if one.pk not in taken]
    for one in offered:
        one.type_label = TYPE_LABELS.get(one.type, one.type)
    context = {
        "desk": "instructor",
        "title": question.summary or _("Question"),
        "question": question,
        "bank": question.bank,
        "type_label": TYPE_LABELS.get(question.type, question.type),
        "enemies": present,
        "offered": offered,
        "query": query,
        "tabs": question_tabs(question, current="enemies", may_edit=True),
    }
    return render(request, "exams/authoring/enemies.html", context)


def _change(request: HttpRequest, question: Question) -> None:
    verb, _colon, key = request.POST.get("do", "").partition(":")
    try:
        if verb == "reconcile" and key.isascii() and key.isdecimal() and len(key) < 19:
            reconcile(pair_id=int(key), question=question, actor=request.user)
            messages.success(request, _("They may stand in the same paper again."))
        elif verb == "apart":
            banks = list_readable_banks(request.user).values("pk")
            keys = [key for key in request.POST.getlist("question") if is_uuid(key)]
            others = list(Question.objects.filter(bank__in=banks, public_id__in=keys))
            added = 0
            if request.POST.get("family"):
                added = keep_apart(
                    questions=[question, *others], actor=request.user, reason=request.POST.get("reason", "")
                )
            else:
                for other in others:
                    added += keep_apart(
                        questions=[question, other], actor=request.user, reason=request.POST.get("reason", "")
                    )
            if not others:
                messages.warning(request, _("Choose the questions that may not stand beside this one."))
                return
            text = ngettext("%(n)s pair is kept apart.", "%(n)s pairs are kept apart.", added)
            messages.success(request, text % {"n": added})
    except DomainError as error:
        say(request, error)
