"""Pages of practice over several banks: random by filter, the practice of the day, a practice set."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from exams.authoring.listing import list_topics
from exams.models import Bank, PracticeSession, Topic
from exams.practice.access import bank_door
from exams.practice.choices import RANDOM, last_choice, remember_choice
from exams.practice.forms import RandomForm
from exams.practice.hidden import hidden_questions
from exams.practice.selection import COUNTED, OpenBanks, count_fitting, find_open_banks
from exams.practice.selection_starts import (
    find_daily,
    plan_daily,
    random_questions,
    start_daily_practice,
    start_random_practice,
    start_set_practice,
)
from exams.practice.sets import count_of_set, get_practisable_set, questions_of_set
from exams.practice.start_views import initial_of, or_404, say_left_out, tell

BANKS_WITH_CHAPTERS = 5
"""Chosen banks up to which their chapters are offered."""
DAYS_SHOWN = 7


# -- random -------------------------------------------------------------------------------------------
def _topic_choices(banks: list[Bank]) -> list[Any]:
    """Return the chapters of a few chosen banks, in groups by bank; one statement a bank."""
    if not 0 < len(banks) <= BANKS_WITH_CHAPTERS:
        return []
    groups = []
    for bank in banks:
        nodes = [node for node in list_topics(bank=bank) if node.count]
        options = [(str(node.topic.public_id), "\u2003" * node.depth + node.topic.name) for node in nodes]
        if options:
            groups.append((bank.name, options))
    return groups


def _named(banks: OpenBanks, keys: list[str]) -> list[Bank]:
    wanted = set(keys)
    return [bank for bank in banks.banks if str(bank.public_id) in wanted]


def _random_form(banks: OpenBanks, *, sent: Any = None, choice: dict[str, list[str]] | None = None) -> RandomForm:
    """Return the form of what was sent, or of what was last chosen; its chapters are of the banks named there."""
    keys = sent.getlist("banks") if sent is not None else (choice or {}).get("banks", [])
    chosen = _named(banks, keys)
    topics = _topic_choices(chosen)
    if sent is not None:
        return RandomForm(sent, banks=list(banks.banks), topics=topics)
    return RandomForm(initial=initial_of(choice or {}), banks=list(banks.banks), topics=topics)


def _topics_of(form: RandomForm) -> list[Topic]:
    keys = form.cleaned_data.get("topics") or []
    return list(Topic.objects.filter(public_id__in=keys)) if keys else []


def _fitting(user_id: int, banks: OpenBanks, form: RandomForm) -> str:
    """Return in words how many questions fit what the form says."""
    rows = random_questions(
        user_id=user_id,
        banks=banks,
        chosen=_named(banks, form.cleaned_data["banks"]),
        topics=_topics_of(form),
        narrowing=form.narrowing,
        hidden=hidden_questions(user_id=user_id, now=now_utc()),
    )
    number = count_fitting(rows)
    if number > COUNTED:
        return _("More than %(n)d questions fit.") % {"n": COUNTED}
    return ngettext("%(n)d question fits.", "%(n)d questions fit.", number) % {"n": number}


def _begin_random(request: HttpRequest, banks: OpenBanks, form: RandomForm) -> PracticeSession | None:
    """Begin what the valid form says; None where it was refused and the form or the page says why."""
    data = form.cleaned_data
    try:
        return start_random_practice(
            user=request.user,
            chosen=_named(banks, data["banks"]),
            topics=_topics_of(form),
            narrowing=form.narrowing,
            count=data["count"] or 20,
            feedback=data["feedback"] or "at_once",
            asks_certainty=data["asks_certainty"],
        )
    except DomainError as error:
        tell(request, form, error)
        return None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def random(request: HttpRequest) -> HttpResponse:
    """Choose banks, chapters and what narrows them, see how many questions fit, and begin."""
    user = request.user
    banks = find_open_banks(user)
    status, fitting = 200, ""
    sent = request.POST if request.method == "POST" else request.GET or None
    form = _random_form(banks, sent=sent, choice=last_choice(user_id=user.pk, place=RANDOM) if sent is None else None)
    if sent is not None:
        if not form.is_valid():
            status = 422
        elif request.method == "POST" and "show" not in sent:
            remember_choice(user_id=user.pk, place=RANDOM, sent=request.POST, fields=list(form.fields))
            begun = _begin_random(request, banks, form)
            if begun is not None:
                return redirect("practice:session", public_id=begun.public_id)
            status = 422
        else:
            fitting = _fitting(user.pk, banks, form)
    locked = [(bank, bank_door(user, bank)) for bank in banks.locked if bank in _asked(banks, form)][:1]
    context = {
        "desk": "learner",
        "title": _("Random practice"),
        "form": form,
        "fitting": fitting,
        "has_banks": bool(banks.banks),
        "locked": locked[0] if locked else None,
    }
    return render(request, "exams/practice/random.html", context, status=status)


def _asked(banks: OpenBanks, form: RandomForm) -> list[Bank]:
    """Return the banks that the bound form names; none for a form that nobody has sent."""
    return _named(banks, form.data.getlist("banks")) if form.is_bound else []


# -- the day ------------------------------------------------------------------------------------------
def why_these(reason: dict[str, Any]) -> list[str]:
    """Return in a few words each why a day's practice asks its questions."""
    words = []
    if reason.get("due"):
        words.append(ngettext("%(n)d wrong answer is due again", "%(n)d wrong answers are due again", reason["due"]))
    if reason.get("weak"):
        words.append(ngettext("%(n)d from where you are weakest", "%(n)d from where you are weakest", reason["weak"]))
    if reason.get("unseen"):
        words.append(ngettext("%(n)d new to you", "%(n)d new to you", reason["unseen"]))
    if reason.get("other"):
        words.append(ngettext("%(n)d you met long ago", "%(n)d you met long ago", reason["other"]))
    numbers = [reason[name] for name in ("due", "weak", "unseen", "other") if reason.get(name)]
    return [text % {"n": number} for text, number in zip(words, numbers, strict=True)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def daily(request: HttpRequest) -> HttpResponse:
    """Show the practice of the day: why these questions, then how far it is, then its result and the next day; a post
    begins it, or goes on with it."""
    user = request.user
    now = now_utc()
    today = timezone.localdate(now)
    if request.method == "POST":
        try:
            begun = start_daily_practice(user=user, now=now)
        except DomainError as error:
            messages.error(request, _(error.message))
            return redirect("practice:daily")
        return redirect("practice:session", public_id=begun.public_id)
    session = find_daily(user_id=user.pk, day=today)
    if session is None:
        plan, topics = plan_daily(user=user, now=now)
        reason: dict[str, Any] = {**plan.counts, "topics": topics}
    else:
        reason = session.reason
    earlier = PracticeSession.objects.filter(user=user, mode=PracticeSession.Mode.DAILY).order_by("-started_at")
    context = {
        "desk": "learner",
        "title": _("Daily practice"),
        "session": session,
        "total": len(session.items) if session else sum(value for name, value in reason.items() if name != "topics"),
        "percent": round(100 * session.right_count / max(1, len(session.items))) if session else 0,
        "why": why_these(reason),
        "topics": reason.get("topics", []),
        "tomorrow": today + timedelta(days=1),
        "earlier": [row for row in earlier[: DAYS_SHOWN + 1] if session is None or row.pk != session.pk][:DAYS_SHOWN],
    }
    return render(request, "exams/practice/daily.html", context)


# -- sets ---------------------------------------------------------------------------------------------
@login_required
@require_GET
def practice_set(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show a practice set: what it is, how far it is open, the learner's tries."""
    row = or_404(get_practisable_set, request.user, public_id)
    door = bank_door(request.user, row.bank)
    tries = list(PracticeSession.objects.filter(user=request.user, practice_set=row).order_by("-id")[:10])
    for session in tries:
        session.percent = round(100 * session.right_count / max(1, len(session.items)))
    context = {
        "desk": "learner",
        "title": row.title,
        "set": row,
        "door": door,
        "total": count_of_set(row),
        "open_total": None if door.is_open else questions_of_set(row, door).count(),
        "tries": tries,
    }
    return render(request, "exams/practice/set.html", context)


@login_required
@require_POST
def start_set(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Begin a practice set."""
    row = or_404(get_practisable_set, request.user, public_id)
    try:
        session = start_set_practice(user=request.user, practice_set=row)
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect("practice:set", public_id=row.public_id)
    say_left_out(request, session)
    return redirect("practice:session", public_id=session.public_id)
