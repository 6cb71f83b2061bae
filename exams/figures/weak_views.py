"""The page where an author sees where her class fails."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.authoring.entries import author_page
from exams.domain.mastery import FEWEST_LEARNERS
from exams.figures.weak_topics import DAYS, MOST_ANSWERS, MOST_SCRIPTS, find_weak_topics, list_groups, people_of_group
from exams.policies_authoring import list_editable_banks


@require_safe
@author_page
def weak_topics(request: HttpRequest) -> HttpResponse:
    """Show the topics of one of the author's banks by the share of wrong answers of a group; 404 for a bank or a group
    that is not hers to see. Statements are the same for any number of topics, questions and learners."""
    banks = list(list_editable_banks(request.user).order_by("name").only("public_id", "name", "organization_id"))
    wanted = request.GET.get("bank", "")
    bank = next((row for row in banks if str(row.public_id) == wanted), None) if wanted else next(iter(banks), None)
    if wanted and bank is None:
        raise NotFound(_("There is no such bank."))
    days = next((one for one in DAYS if str(one) == request.GET.get("days", "")), DAYS[0])
    context: dict[str, Any] = {
        "desk": "instructor" if getattr(request.user, "is_instructor", False) else "trainer",
        "title": _("Where the class fails"),
        "banks": banks,
        "bank": bank,
        "days": days,
        "day_choices": [(one, ngettext("last %(n)d day", "last %(n)d days", one) % {"n": one}) for one in DAYS],
        "fewest": FEWEST_LEARNERS,
        "most": MOST_ANSWERS,
        "most_scripts": MOST_SCRIPTS,
    }
    if bank is not None:
        groups = list_groups(user=request.user, bank=bank)
        # A bank of an organisation has no group of everybody: the empty choice means its first group there.
        group = request.GET.get("group", "") or (groups[0].key if groups else "")
        people = people_of_group(user=request.user, bank=bank, key=group)
        found = find_weak_topics(bank=bank, people=people, days=days, now=now_utc())
        context |= {"groups": groups, "group": group, "found": found}
    return render(request, "exams/figures/weak_topics.html", context)
