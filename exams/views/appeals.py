"""What a learner does about a result: appealing against the mark of one item, and taking the script home."""

import uuid
from dataclasses import asdict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.delivery.reviewing import learner_policy
from exams.marking.appeals import make_appeal
from exams.marking.script_pdf import script_pdf
from exams.models import Attempt
from exams.presentation import ReviewPolicy
from exams.views.own import own_attempt_or_404
from exams.views.wording import not_found


@login_required
@require_POST
def appeal(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an appeal against the mark of one item (`slot`) of the learner's own attempt."""
    slot = request.POST.get("slot", "")
    if not slot.isascii() or not slot.isdecimal() or len(slot) > 6:
        raise Http404
    back = f"{reverse('exams:review', args=[public_id])}#question-{int(slot)}"
    try:
        make_appeal(
            user_id=request.user.pk,
            public_id=public_id,
            slot=int(slot),
            reason=request.POST.get("reason", ""),
            now=now_utc(),
        )
        messages.success(request, _("Your appeal was sent. You are told when it is answered."))
    except NotFound as error:
        raise not_found(error) from error
    except DomainError as error:
        messages.error(request, _(error.message))
    return redirect(back)


@login_required
@never_cache
@require_GET
def script(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Download the learner's own script as PDF, with as much as her review shows; 404 before that."""
    attempt = own_attempt_or_404(request, public_id)
    policy = learner_policy(exam=attempt.exam, now=now_utc())
    if not can_review(attempt, policy):
        raise Http404
    language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    content = script_pdf(attempt=attempt, policy=policy, language=language, name=request.user.get_full_name())
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(f"{_('Script')}-{attempt.exam.title}", allow_unicode=True) or "script"
    header = content_disposition_header(as_attachment=True, filename=f"{name}.pdf")
    response.headers["Content-Disposition"] = header or "attachment"
    return response


def can_review(attempt: Attempt, policy: ReviewPolicy) -> bool:
    """Whether the learner may see anything of the questions again: released, and the policy shows something."""
    is_out = attempt.state == Attempt.State.GRADED and attempt.released_at is not None
    return is_out and any(shown for name, shown in asdict(policy).items() if name != "for_marker")
