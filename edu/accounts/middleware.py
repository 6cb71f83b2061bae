"""Keeps a person with a first password on the page where it is changed; answers too many requests with 429."""

from collections.abc import Callable

from django.contrib.sites.requests import RequestSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse

from edu.core.errors import TooManyRequests

ALLOWED_PREFIXES = ("/static/", "/i18n/", "/healthz", "/readyz", "/api/")


class PasswordChangeMiddleware:
    """Redirect to the password page while `must_change_password` is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, or send the person to the password page."""
        user = request.user
        if user.is_authenticated and user.must_change_password:
            allowed = (reverse("account_change_password"), reverse("account_logout"))
            if request.path not in allowed and not request.path.startswith(ALLOWED_PREFIXES):
                return redirect("account_change_password")
            request.was_trapped = True  # type: ignore[attr-defined] # read by the adapter: where to go on afterwards
        return self.get_response(request)


class OwnSiteMiddleware:
    """Take django-allauth's `site` (a host name) out of its pages, where it would hide our own of the same name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Leave every context alone but those that hold a RequestSite."""
        values = response.context_data
        if values is not None and isinstance(values.get("site"), RequestSite):
            del values["site"]
        return response


class TooManyRequestsMiddleware:
    """Answer a page that raised TooManyRequests with status 429, Retry-After and our own page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn TooManyRequests into its page; leave every other error alone."""
        if not isinstance(error, TooManyRequests):
            return None
        context = {"retry_after_seconds": error.retry_after_seconds}
        response = render(request, "429.html", context, status=429)
        response["Retry-After"] = str(error.retry_after_seconds)
        return response
