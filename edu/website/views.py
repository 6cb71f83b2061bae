"""Pages that belong to the site as a whole."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.models import Page

from edu.accounts.throttle import check_rate, client_address
from edu.search.bigrams import query_terms
from edu.website.desks import HOMES, desk_names
from edu.website.forms import EnquiryForm
from edu.website.front import find_cards, front_context
from edu.website.models import HelpArticlePage, HelpIndexPage, HomePage, LandingPage, LegalPage
from edu.website.queries import find_articles, find_page
from edu.website.services import receive_enquiry

ENQUIRIES_AN_HOUR = 10
"""How many enquiries one address may send; whole offices share one."""


def _serve(request: HttpRequest, page: Page | None) -> HttpResponse:
    """Serve a Wagtail page through its own serve(), or answer 404."""
    if page is None:
        raise Http404
    return page.serve(request)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the home page in the visitor's language; a house without one shows the bare frame."""
    page = find_page(HomePage)
    if page is None:
        return render(request, "website/home.html", front_context(request))
    return page.serve(request)


@require_http_methods(["GET", "POST"])
def enterprise(request: HttpRequest) -> HttpResponse:
    """Show the page for enterprises and take an enquiry."""
    form = EnquiryForm(request.POST or None)
    if request.method == "POST":
        check_rate(key=f"enquiry:{client_address(request)}", limit=ENQUIRIES_AN_HOUR, window_seconds=3600)
        if form.is_caught():
            # A machine filled in what people do not see: it is thanked like everybody else, and nothing is kept.
            messages.success(request, _("Thank you. We have your enquiry and answer within one working day."))
            return redirect("enterprise")
        if form.is_valid():
            receive_enquiry(values=form.cleaned_data, source=request.META.get("HTTP_REFERER", request.path))
            messages.success(request, _("Thank you. We have your enquiry and answer within one working day."))
            return redirect("enterprise")
        page = find_page(LandingPage, slug="enterprise")
        context: dict[str, Any] = front_context(request) | {"enquiry_form": form}
        if page is not None:
            context = page.get_context(request) | {"enquiry_form": form}
        return render(request, "website/landing.html", context, status=422)
    return _serve(request, find_page(LandingPage, slug="enterprise"))


@require_GET
def landing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a landing page."""
    return _serve(request, find_page(LandingPage, slug=slug))


@require_GET
def help_index(request: HttpRequest) -> HttpResponse:
    """Show the help centre."""
    return _serve(request, find_page(HelpIndexPage))


@require_GET
def help_article(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one help article."""
    return _serve(request, find_page(HelpArticlePage, slug=slug))


@require_GET
def legal(request: HttpRequest, kind: str) -> HttpResponse:
    """Show a legal text."""
    return _serve(request, find_page(LegalPage, kind=kind))


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find courses and help articles."""
    query = request.GET.get("q", "").strip()[:100]
    found = bool(query_terms(query))
    cards = find_cards(request, query=query, limit=24) if found else []
    articles = find_articles(query=query, limit=10) if found else []
    return render(
        request,
        "website/search.html",
        {"query": query, "cards": cards, "articles": articles, "searched": bool(query)},
    )


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Lead a person to the desk where her work is: the operator's before the trainer's before the instructor's."""
    return redirect(reverse(HOMES[desk_names(request.user)[-1]][1]))


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines what to leave alone."""
    lines = ["User-agent: *"]
    closed = ("/cms/", "/django-admin/", "/me/", "/teach/", "/training/", "/operations/", "/shop/", "/api/", "/files/")
    lines += [f"Disallow: {path}" for path in closed]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Show the page that stands in when there is no network."""
    return render(request, "offline.html")
