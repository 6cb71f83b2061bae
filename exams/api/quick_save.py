"""Saving a batch by the shortest way: what a room sends, read without a schema.

A request of the usual form, which is every one that our rooms send, needs no more than a look at the types of five
fields. Whatever looks different in any way is left to the endpoint of the API (exams.api.attempts), which reads it by
its schema and says what is wrong: both ways store the same and answer the same.
"""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from edu.core.clock import now_utc
from exams.api.attempts import refused, saved
from exams.api.auth import AttemptKeyAuth, own_key
from exams.services import Batch, SaveRefused, save_responses

_read_key = AttemptKeyAuth()


def try_save(request: HttpRequest, attempt_id: UUID) -> HttpResponse | None:
    """Store the batch of a request and answer; None, and nothing done, for a request that is not of the usual form.

    Raises what save_responses raises, but for SaveRefused, and InvalidAttemptKey or NotFound for the key.
    """
    if request.method != "PATCH":
        return None
    key = _read_key(request)
    if key is None:
        return None
    request.auth = key  # type: ignore[attr-defined] # as ninja does
    own_key(request, attempt_id)
    batch = _usual_batch(request)
    if batch is None:
        return None
    now = now_utc()
    try:
        return saved(save_responses(key=key, batch=batch, now=now), now)
    except SaveRefused as error:
        return refused(error)


def _usual_batch(request: HttpRequest) -> Batch | None:
    try:
        body = json.loads(request.body)
    except Exception:  # noqa: BLE001 - whatever it is, the endpoint meets it again and says so
        return None
    if type(body) is not dict:
        return None
    epoch, seq, responses, flags = body.get("epoch"), body.get("seq"), body.get("responses", {}), body.get("flags")
    is_usual = type(epoch) is int and type(seq) is int and type(responses) is dict
    if not is_usual or (flags is not None and not _are_whole(flags)):
        return None
    # What is said of time is read by the save itself, which passes over what it cannot read.
    return Batch(epoch=epoch, seq=seq, responses=responses, flags=flags, question_seconds=body.get("question_seconds"))


def _are_whole(flags: Any) -> bool:
    return type(flags) is list and all(type(slot) is int for slot in flags)
