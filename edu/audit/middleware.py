"""Middleware that gives every request an id and answers with it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from edu.core.request_id import set_request_id

HEADER = "X-Request-ID"


class RequestIdMiddleware:
    """Take the caller's request id where it has the accepted form, or make one; send it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request under its id."""
        request_id = set_request_id(request.headers.get(HEADER))
        response = self.get_response(request)
        response[HEADER] = request_id
        return response
