"""The errors a domain or a use case raises to its caller; every room may derive its own from them.

Pure: the message is English source text, which the entry translates and turns into a page or a problem
document.
"""


class DomainError(Exception):
    """Something asked of the domain cannot be done; `code` is stable and fit for an API, `message` is for
    people."""

    code: str = "domain_error"

    def __init__(self, message: str = "", *, code: str | None = None, field: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip().split("\n")[0].split(";")[0]
        if code is not None:
            self.code = code
        self.field = field
        super().__init__(self.message)

    def __repr__(self) -> str:
        where = f", field={self.field!r}" if self.field else ""
        return f"{type(self).__name__}({self.message!r}, code={self.code!r}{where})"


class NotAllowed(DomainError):
    """You may not do this."""

    code = "not_allowed"


class NotFound(DomainError):
    """There is nothing here; also the answer about what belongs to somebody else."""

    code = "not_found"


class Conflict(DomainError):
    """This has changed in the meantime, or its state does not allow it."""

    code = "conflict"


class InvalidInput(DomainError):
    """What was given cannot be understood; `field` names the part where it is known."""

    code = "invalid_input"


class TooManyRequests(DomainError):
    """The caller asks more often than allowed (429); `retry_after_seconds` says when to come back."""

    code = "too_many_requests"

    def __init__(self, message: str = "Too many requests.", *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
