"""Middleware that gives every request an id and answers with it, and notes which ids were refused."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.request import HttpHeaders

from edu.audit.refusals import REFUSED, note_refusal
from edu.core.request_id import set_request_id

HEADER = "X-Request-ID"
KEY = HttpHeaders.to_wsgi_name(HEADER)
"""Under which the server hands it on: looking there, a request need not sort out all of its headers."""


class RequestIdMiddleware:
    """Take the caller's request id where it has the accepted form, or make one; send it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request under its id."""
        request_id = set_request_id(request.META.get(KEY))
        response = self.get_response(request)
        response[HEADER] = request_id
        return response


class RefusalMiddleware:
    """Note each request whose address held an id and that was refused; all others pass by at no cost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, and note its refusal."""
        response = self.get_response(request)
        if response.status_code in REFUSED:
            note_refusal(request, response)
        return response
