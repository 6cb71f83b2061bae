"""The id of the request that is being answered: in every log line, and handed on to tasks."""

import json
import logging
import re
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime

_current: ContextVar[str] = ContextVar("request_id", default="")
_ACCEPTED = re.compile(r"[A-Za-z0-9-]{8,64}")


def current_request_id() -> str:
    """Return the id of the request or task under way; empty outside both."""
    return _current.get()


def set_request_id(value: str | None) -> str:
    """Make `value` the current id, or a new one when it is missing or not of the accepted form; return it."""
    request_id = value if value and _ACCEPTED.fullmatch(value) else uuid.uuid4().hex
    _current.set(request_id)
    return request_id


class RequestIdFilter(logging.Filter):
    """Put the current request id on every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add `request_id`; never drop a record."""
        record.request_id = current_request_id()
        return True


class JsonFormatter(logging.Formatter):
    """Write a log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, request id, message, and the traceback where there is one."""
        entry = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": getattr(record, "request_id", ""),
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)
