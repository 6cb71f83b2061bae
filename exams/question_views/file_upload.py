"""File upload as it is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from exams.domain.types.file_upload import ENDINGS, HandedIn
from exams.question_parts import rubric_views
from exams.richtext import safe_html
from exams.view_models import QuestionView, Seen


@dataclass(frozen=True, kw_only=True)
class FileView:
    """A file that was handed in; whether the reader may open it is asked when it is opened."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class UploadView:
    """What is taken, and what was handed in so far."""

    files: tuple[FileView, ...]
    maximum_files: int
    maximum_megabytes: int
    kinds_text: str
    endings: str


def kind_labels() -> dict[str, str]:
    """Return the name of each kind of file in the reader's language."""
    return {
        "picture": _("pictures"),
        "document": _("documents"),
        "audio": _("sound recordings"),
        "video": _("films"),
        "archive": _("ZIP archives"),
        "code": _("program code"),
    }


def _files(response: Any) -> tuple[FileView, ...]:
    entries = response if isinstance(response, Sequence) and not isinstance(response, str) else ()
    pairs = [
        (entry.id, entry.name) if isinstance(entry, HandedIn) else (str(entry.get("id")), str(entry.get("name")))
        for entry in entries
    ]
    return tuple(FileView(id=id_, name=name, url=reverse("exams:file", args=[id_])) for id_, name in pairs)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what file upload shows to a view."""
    key = seen.key or {}
    labels = kind_labels()
    kinds = content.get("kinds") or ()
    upload = UploadView(
        files=_files(seen.response),
        maximum_files=int(content.get("maximum_files") or 1),
        maximum_megabytes=int(content.get("maximum_megabytes") or 20),
        kinds_text=_(", ").join(labels.get(kind, kind) for kind in kinds),
        endings=",".join(ending for kind in kinds for ending in ENDINGS.get(kind, ())),
    )
    return replace(
        view,
        extra=upload,
        rubric=rubric_views(key, seen.parts),
        model_answer=safe_html(key.get("model_answer", "") or ""),
    )
