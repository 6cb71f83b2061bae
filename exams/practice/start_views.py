"""Pages where practice begins: the index, a bank with its chapters, a paper."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.models import Bank, Paper, PracticeSession, PracticeSet, QuestionProgress, Topic
from exams.practice.access import (
    PracticeDoor,
    bank_door,
    get_practisable_bank,
    get_practisable_paper,
    list_banks_for,
    list_papers_for,
    open_bank_ids,
    open_paper_ids,
    paper_door,
)
from exams.practice.choices import last_choice, place_of, remember_choice
from exams.practice.forms import NarrowingForm, PaperForm, StartForm
from exams.practice.goal_views import today_card
from exams.practice.hidden import count_hidden, hidden_questions
from exams.practice.progress import list_bank_progress, list_chapters
from exams.practice.selection_starts import find_daily
from exams.practice.sets import list_sets_for
from exams.practice.starts import CLOCK_MINUTES, start_chapter_practice, start_paper_practice

SEARCH_FROM = 8
"""Banks from which the index offers to search them by name."""
SETS_SHOWN = 30
SECONDS_A_QUESTION = 90
"""What the clock of a paper offers first."""
MULTIPLE = {"banks", "topics", "types", "difficulties"}


def or_404(find: Callable[..., Any], *args: Any) -> Any:
    """Return what `find` finds; 404 where it raises NotFound."""
    try:
        return find(*args)
    except NotFound as error:
        raise Http404(error.message) from error


def initial_of(choice: dict[str, list[str]]) -> dict[str, Any]:
    """Return a kept choice as the initial values of its form."""
    return {name: value if name in MULTIPLE else (value or [""])[0] for name, value in choice.items()}


def tell(request: HttpRequest, form: forms.Form, error: DomainError) -> None:
    """Put a refusal beside its field where the form has it, else above the page."""
    if error.field in form.fields:
        form.add_error(error.field, _(error.message))
    else:
        messages.error(request, _(error.message))


def _waiting(user_id: int) -> dict[str, int]:
    """Return how many questions are in the wrong-answer book, due now, and favourites; two statements."""
    now = now_utc()
    rows = QuestionProgress.objects.filter(user_id=user_id)
    hidden = hidden_questions(user_id=user_id, now=now)
    if hidden:
        rows = rows.exclude(question_id__in=hidden)
    in_book = Q(last_wrong_at__isnull=False, mastered_at__isnull=True)
    return rows.aggregate(
        wrong=Count("pk", filter=in_book),
        due=Count("pk", filter=in_book & Q(due_at__lte=now)),
        favourites=Count("pk", filter=Q(favourited_at__isnull=False)),
    )


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show what waits for the learner, the ways to practise, and the banks, papers and sets open to her."""
    user = request.user
    banks = list_banks_for(user)
    wanted = request.GET.get("q", "").strip()[:100]
    shown = [bank for bank in banks if wanted.casefold() in bank.name.casefold()] if wanted else banks
    open_ids = open_bank_ids(user, shown)
    papers = list(list_papers_for(user))
    papers_open = open_paper_ids(user, papers)
    waiting = _waiting(user.pk)
    return render(
        request,
        "exams/practice/index.html",
        {
            "desk": "learner",
            "title": _("Practice"),
            "banks": sorted(
                list_bank_progress(user_id=user.pk, banks=shown, open_ids=open_ids), key=lambda row: not row.is_open
            ),
            "has_search": len(banks) > SEARCH_FROM,
            "query": wanted,
            "papers": sorted(papers, key=lambda row: row.pk not in papers_open),
            "open_paper_ids": papers_open,
            "sets": _with_doors(user, list(list_sets_for(user)[:SETS_SHOWN])),
            "running": PracticeSession.objects.filter(user=user, finished_at__isnull=True).order_by("-active_at")[:5],
            "daily": find_daily(user_id=user.pk, day=timezone.localdate()),
            "waiting": waiting,
            "wrong_count": waiting["wrong"],
            **today_card(request),
        },
    )


def _with_doors(user: Any, sets: list[PracticeSet]) -> list[PracticeSet]:
    """Say of each set whether its bank is open to the learner."""
    open_ids = open_bank_ids(user, [row.bank for row in sets])
    for row in sets:
        row.is_open = row.bank_id in open_ids
    return sets


def _bank_page(
    request: HttpRequest, bank: Bank, form: NarrowingForm, door: PracticeDoor, *, status: int = 200
) -> HttpResponse:
    context = {
        "desk": "learner",
        "title": bank.name,
        "bank": bank,
        "door": door,
        "chapters": list_chapters(user_id=request.user.pk, bank=bank, door=door),
        "hidden_count": count_hidden(user_id=request.user.pk, bank=bank),
        "form": form,
    }
    return render(request, "exams/practice/bank.html", context, status=status)


def say_left_out(request: HttpRequest, session: PracticeSession) -> None:
    """Tell a learner who begins how many questions are left out, since an exam of hers hides them."""
    count = session.left_out_count
    if count:
        words = ngettext(
            "%(n)d question is left out while an exam of yours hides it.",
            "%(n)d questions are left out while an exam of yours hides them.",
            count,
        )
        messages.info(request, words % {"n": count})


@login_required
@require_GET
def bank(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show the chapters of a bank with the learner's progress; what is locked says what opens it."""
    row = or_404(get_practisable_bank, request.user, public_id)
    choice = last_choice(user_id=request.user.pk, place=place_of(row))
    return _bank_page(request, row, StartForm(initial=initial_of(choice)), bank_door(request.user, row))


@login_required
@require_POST
def start_bank(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Begin chapter practice with the chosen order, number, types, difficulties and tags, and remember the choice."""
    row = or_404(get_practisable_bank, request.user, public_id)
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the offered values."))
        return _bank_page(request, row, form, bank_door(request.user, row), status=422)
    data = form.cleaned_data
    topic = None
    if data["topic"]:
        topic = Topic.objects.filter(bank=row, public_id=data["topic"]).first()
        if topic is None:
            raise Http404
    remembered = [name for name in form.fields if name != "topic"]
    remember_choice(user_id=request.user.pk, place=place_of(row), sent=request.POST, fields=remembered)
    try:
        session = start_chapter_practice(
            user=request.user,
            bank=row,
            topic=topic,
            order=data["order"] or "in_order",
            count=data["count"] or 20,
            types=data["types"],
            difficulties=data["difficulties"],
            tags=data["tags"],
            feedback=data["feedback"] or "at_once",
            asks_certainty=data["asks_certainty"],
        )
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect("practice:bank", public_id=row.public_id)
    return redirect("practice:session", public_id=session.public_id)


def _minutes_of(paper: Paper) -> int:
    """Return the minutes that the clock offers first: a minute and a half a question, in steps of five."""
    count = paper.current_version.question_count if paper.current_version else 0
    wanted = 5 * round(count * SECONDS_A_QUESTION / 300)
    return max(CLOCK_MINUTES.start, min(CLOCK_MINUTES.stop - 1, wanted))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show a paper that may be practised, or what opens it; a post begins the practice, with a clock or without."""
    row = or_404(get_practisable_paper, request.user, public_id)
    is_sent = request.method == "POST"
    initial = {"feedback": "at_end", "clock": "", "minutes": _minutes_of(row)}
    form = PaperForm(request.POST if is_sent else None, initial=initial)
    if is_sent and form.is_valid():
        data = form.cleaned_data
        try:
            session = start_paper_practice(
                user=request.user,
                paper=row,
                feedback=data["feedback"] or "at_end",
                asks_certainty=data["asks_certainty"],
                minutes=data["minutes"] if data["clock"] else 0,
            )
        except DomainError as error:
            messages.error(request, _(error.message))
            return redirect("practice:paper", public_id=row.public_id)
        say_left_out(request, session)
        return redirect("practice:session", public_id=session.public_id)
    context = {
        "desk": "learner",
        "title": row.title,
        "paper": row,
        "form": form,
        "door": paper_door(request.user, row),
        "tries": PracticeSession.objects.filter(user=request.user, paper=row).order_by("-id")[:10],
    }
    return render(request, "exams/practice/paper.html", context, status=422 if form.errors else 200)
