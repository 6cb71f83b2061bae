"""Pages of reviews."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from edu.community.course_of import course_or_404
from edu.community.forms import ReviewForm
from edu.community.policies import may_review
from edu.community.queries import find_review
from edu.community.services import delete_review, write_review
from edu.core.errors import DomainError, NotFound


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Write or change one's review of a course."""
    card = course_or_404(slug=slug, user=request.user)
    if not may_review(request.user, course_id=card.id):
        raise Http404
    own = find_review(course_id=card.id, author_id=request.user.pk)
    form = ReviewForm(request.POST or None, initial={"stars": own.stars, "text": own.text} if own else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                write_review(author=request.user, course_id=card.id, **form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, _("Thank you for your review."))
                return redirect(f"{card.url}#reviews")
    context = {"title": _("Review the course"), "course": card, "form": form, "own": own}
    return render(request, "community/review.html", context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete one's own review."""
    card = course_or_404(slug=slug, user=request.user)
    try:
        delete_review(user=request.user, course_id=card.id, author_id=request.user.pk)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, _("Your review is deleted."))
    return redirect(card.url)
