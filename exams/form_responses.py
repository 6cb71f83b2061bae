"""Responses from a plain form post: what the exam room and practice send when no script runs. For views of this app."""

from collections.abc import Mapping
from typing import Any

from exams.domain.registry import get_type
from exams.domain.responses import PostedForm, posted_certainty, with_certainty


def response_from_form(*, type: str, content: Mapping[str, Any], form: PostedForm, name: str) -> Any:
    """Return the raw response to a question whose fields begin with `name`; None where nothing was answered.

    The value is untrusted: the type's own reading checks it when it is stored or graded.
    """
    return with_certainty(get_type(type).read_form(content, form, name), posted_certainty(form, name))
