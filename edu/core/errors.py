"""Errors of the domain: what failed, in words for a person, with a code for a program."""


class DomainError(Exception):
    """Something the caller asked for cannot be done; `message` says why in English source text."""

    code = "domain_error"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field


class NotAllowed(DomainError):
    """The person may know of the thing but may not do this to it (403)."""

    code = "not_allowed"


class NotFound(DomainError):
    """The thing does not exist, or not for this person (404)."""

    code = "not_found"


class Conflict(DomainError):
    """The thing has moved on, so that this change no longer fits it (409)."""

    code = "conflict"


class InvalidInput(DomainError):
    """What was sent cannot be used; `field` names the part (422)."""

    code = "invalid_input"


class TooManyRequests(DomainError):
    """The caller asks more often than allowed (429); `retry_after_seconds` says when to come back."""

    code = "too_many_requests"

    def __init__(self, message: str = "Too many requests.", *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
