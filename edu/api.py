"""The HTTP API, version 1: composition of every room's router, and errors as problem+json."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from edu.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound, TooManyRequests
from edu.core.request_id import current_request_id
from exams.api.quick_save import try_save

api = NinjaAPI(
    title="Jinbang API",
    version="1",
    urls_namespace="api",
    docs_url="/docs",
    description="Courses, attempts and results. Errors are application/problem+json (RFC 9457).",
)

STATUS: dict[type[DomainError], int] = {
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    InvalidInput: 422,
    TooManyRequests: 429,
}


# Whatever is sent here is answered 404 and changes nothing.
@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """Answer every address under /api/ that there is not, with or without a slash at its end, to programs' taste."""
    return problem(request, status=404, code="not_found", detail="There is no such address in the API.")


def problem(request: HttpRequest, *, status: int, code: str, detail: str, **extra: Any) -> HttpResponse:
    """Answer with application/problem+json: `code` for programs, `detail` for people."""
    body = {"type": f"about:blank#{code}", "title": code, "status": status, "code": code, "detail": detail}
    body |= {"request_id": current_request_id()} | extra
    response = api.create_response(request, body, status=status)
    response["Content-Type"] = "application/problem+json"
    return response


@api.exception_handler(DomainError)
def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer an error of the domain with the status of its class (400 for others)."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    extra = {"field": error.field} if error.field else {}
    response = problem(request, status=status, code=error.code, detail=error.message, **extra)
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


@api.exception_handler(ValidationError)
def invalid_request(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a request of the wrong form with every fault and where it is."""
    errors = [{"location": list(item.get("loc", ())), "message": item.get("msg", "")} for item in error.errors]
    return problem(request, status=422, code="invalid_input", detail="The request has the wrong form.", errors=errors)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    """Answer a request without a valid key."""
    return problem(request, status=401, code="not_authenticated", detail="A valid token or key is needed.")


@api.exception_handler(Http404)
def nothing_there(request: HttpRequest, _error: Http404) -> HttpResponse:
    """Answer what is not there, or not for this person, in the same form."""
    return problem(request, status=404, code="not_found", detail="There is no such thing.")


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer ninja's own errors in the same form."""
    return problem(request, status=error.status_code, code=f"http_{error.status_code}", detail=str(error))


ROUTERS: tuple[tuple[str, str], ...] = (
    ("/attempts", "exams.api.attempts.router"),
    ("/attempts", "exams.api.live.router"),
    ("/certificates", "certificates.api.router"),
    ("/courses", "courses.api.router"),
    ("/exams", "exams.api.exams.router"),
    ("/me", "edu.accounts.api.router"),
    ("/practice", "exams.api.practice.router"),
)
"""Prefix under /api/v1 and dotted path of each room's router."""

for prefix, dotted in ROUTERS:
    api.add_router(prefix, dotted)

urls = api.urls
_SAVE = "attempts/<uuidstr:attempt_id>/responses"
_whole_save = next(pattern.callback for pattern in urls[0] if str(pattern.pattern) == _SAVE)


# The API takes keys and no cookies here: there is nothing that another site could make a browser send.
@csrf_exempt
def save_batch(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Save a batch of answers, by the shortest way where it is of the usual form, else by the API's endpoint."""
    try:
        response = try_save(request, attempt_id)
    except DomainError as error:
        return domain_error(request, error)
    return _whole_save(request, attempt_id=str(attempt_id)) if response is None else response
