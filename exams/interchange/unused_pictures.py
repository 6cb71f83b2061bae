"""Pictures and sounds that came with an import which was discarded or undone: they go once nothing names
them any more."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast
from wagtail.models import Revision

from edu.jobs.services import enqueue
from exams.interchange.parts import in_parts
from exams.models import ImportBatch, ImportRow
from exams.richtext import ASSET
from media.services import remove_illustrations

GRACE_SECONDS = 24 * 3600
"""An author may have put the same picture into a form that is not saved yet."""

A_JOB = 1_000
READ = 500
KIND = "exams.remove_unused_pictures"
SILENT = frozenset(
    ("attempt", "itemresult", "markchange", "latebatch", "practiceanswer", "soundplay", "answerfile", "questionterms")
)
"""Tables of learners' answers and of searching, which name no pictures."""


def named_by(batch: ImportBatch) -> set[str]:
    """Return the ids of the pictures and sounds that the rows of an import name."""
    rows = ImportRow.objects.filter(batch=batch)
    return {found for text in _texts(rows, ["record"]) for found in ASSET.findall(text)}


def request_removal(*, public_ids: Iterable[str], owner_id: int | None) -> None:
    """Ask for the removal of those of these pictures and sounds that nothing names in a day. The caller holds the
    transaction."""
    for part in in_parts(sorted(public_ids), A_JOB):
        enqueue(kind=KIND, arguments={"public_ids": part}, owner_id=owner_id, delay_seconds=GRACE_SECONDS)


def remove_unused(*, public_ids: Iterable[str]) -> int:
    """Remove the pictures and sounds of these ids that no question, version, draft, paper or other import names; return
    how many. Harmless when it is run again."""
    unused = set(public_ids)
    for rows, fields in _places():
        if not unused:
            return 0
        for text in _texts(rows, fields):
            unused.difference_update(ASSET.findall(text))
    return remove_illustrations(public_ids=sorted(unused))


def _places() -> Iterator[tuple[models.QuerySet[Any], list[str]]]:
    """Yield all places of the room that may name a picture: rows and their columns of text."""
    for model in apps.get_app_config("exams").get_models():
        fields = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.TextField | models.JSONField) and field.name != "search_text"
        ]
        if not fields or model._meta.model_name in SILENT:
            continue
        rows = model._base_manager.all()
        if model is ImportRow:
            rows = rows.exclude(batch__state=ImportBatch.State.UNDONE)
        yield rows, fields
    yield Revision.objects.filter(content_type__app_label="exams"), ["content"]


def _texts(rows: models.QuerySet[Any], fields: Iterable[str]) -> Iterator[str]:
    """Yield the columns that name a picture, as text."""
    for field in fields:
        named = rows.annotate(_said=Cast(field, models.TextField())).filter(_said__contains="asset:")
        yield from named.order_by().values_list("_said", flat=True).iterator(chunk_size=READ)
