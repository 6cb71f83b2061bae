"""Files handed in as answers: begun, kept, named in responses, opened. Called by views of delivery and practice, and by
what stores responses.

A response names a file by the id of its AnswerFile. That a named file was handed in by this learner in this sitting is
checked whenever a response that names files is stored.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict, DomainError, InvalidInput, NotFound
from exams.domain.registry import get_type
from exams.models import AnswerFile, Attempt, PracticeSession, QuestionVersion
from exams.permissions import managed_exams
from media.queries import OpenedAnswer, open_answer
from media.services import KeptAnswer, UploadStatus, begin_answer, keep_answer, keep_posted_answer

SPARE_FILES = 5
"""How many times the number of files that a question takes may be sent, since removed ones are kept."""


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """Where files are handed in: an attempt or a practice session, and the versions whose questions are open, by the
    name of their form fields."""

    user_id: int
    versions: Mapping[str, int]
    attempt_id: int | None = None
    session_id: int | None = None

    @property
    def scope(self) -> dict[str, int | None]:
        """Return the fields that tell this sitting's files."""
        return {"attempt_id": self.attempt_id, "session_id": self.session_id}


def sitting_of_session(session: PracticeSession) -> Sitting:
    """Return a practice session as a sitting; nothing is open once it is finished."""
    versions = {f"q{place}": int(item["version_id"]) for place, item in enumerate(session.items, start=1)}
    is_open = session.finished_at is None
    return Sitting(user_id=session.user_id, versions=versions if is_open else {}, session_id=session.pk)


def _taken(sitting: Sitting, field: str) -> Any:
    """Return the content of the question that a field belongs to; NotFound when it takes no files or is not open."""
    name, *parts = field.split(".")
    version = QuestionVersion.objects.filter(pk=sitting.versions.get(name)).first()
    if version is None:
        raise NotFound(_("There is no such question here."))
    question_type, content = get_type(version.type), version.content
    for part in parts:
        entry = next((row for row in content.get("questions", ()) if row["id"] == part), None)
        if entry is None or not question_type.info.holds_questions:
            raise NotFound(_("There is no such question here."))
        question_type, content = get_type(entry["type"]), entry["content"]
    if not question_type.info.takes_files:
        raise NotFound(_("There is no such question here."))
    return question_type.parse_content(content)


def _check(sitting: Sitting, field: str, *, file_name: str, size_bytes: int) -> None:
    content = _taken(sitting, field)
    if not file_name.lower().endswith(content.endings):
        message = _("Files of this kind are not taken here. Accepted: %(endings)s.")
        raise InvalidInput(message % {"endings": ", ".join(content.endings)}, field="file_name")
    if not 0 < size_bytes <= content.maximum_megabytes * 1024**2:
        message = _("The file must have between 1 byte and %(largest)s MB.")
        raise InvalidInput(message % {"largest": content.maximum_megabytes}, field="size_bytes")
    if AnswerFile.objects.filter(field=field, **sitting.scope).count() >= content.maximum_files * SPARE_FILES:
        raise Conflict(_("Too many files were sent to this question."), code="too_many_files")


def begin_file(*, sitting: Sitting, field: str, file_name: str, size_bytes: int) -> UploadStatus:
    """Announce a file to a question; NotFound, InvalidInput or Conflict when it is not taken."""
    _check(sitting, field, file_name=file_name, size_bytes=size_bytes)
    return begin_answer(owner_id=sitting.user_id, file_name=file_name, size_bytes=size_bytes)


def keep_file(*, sitting: Sitting, field: str, upload_id: uuid.UUID) -> AnswerFile:
    """Keep a finished upload as a file of the question; asked twice, it is kept once. NotFound, InvalidInput."""
    known = AnswerFile.objects.filter(upload_id=upload_id, user_id=sitting.user_id, field=field, **sitting.scope)
    found = known.first()
    if found is not None:
        return found
    _taken(sitting, field)
    kept = keep_answer(upload_id=upload_id, owner_id=sitting.user_id)
    _check(sitting, field, file_name=kept.file_name, size_bytes=kept.size_bytes)
    try:
        with transaction.atomic():
            return _write(sitting, field, kept, upload_id)
    except IntegrityError:
        return known.get()


def _write(sitting: Sitting, field: str, kept: KeptAnswer, upload_id: uuid.UUID | None) -> AnswerFile:
    return AnswerFile.objects.create(
        user_id=sitting.user_id,
        field=field,
        upload_id=upload_id,
        asset_id=kept.asset_id,
        file_name=kept.file_name,
        size_bytes=kept.size_bytes,
        created_at=now_utc(),
        **sitting.scope,
    )


def form_with_files(*, sitting: Sitting, form: QueryDict, files: Any) -> tuple[QueryDict, list[DomainError]]:
    """Return a posted form in which the files it brought (`q3.files`) are named as those that scripts sent; and why
    others were not taken."""
    if not files:
        return form, []
    filled, refusals = form.copy(), []
    for name in files:
        field = name.removesuffix(".files")
        for file in files.getlist(name) if name != field else ():
            try:
                _check(sitting, field, file_name=file.name, size_bytes=file.size)
                row = _write(sitting, field, keep_posted_answer(file=file, owner_id=sitting.user_id), None)
            except DomainError as error:
                refusals.append(error)
            else:
                filled.appendlist(field, f"{row.public_id} {row.file_name}")
    return filled, refusals


def _named_files(value: Any) -> Iterator[str]:
    """Yield the ids in lists of {id, name} anywhere in a raw response."""
    if isinstance(value, Mapping):
        if set(value) == {"id", "name"} and isinstance(value["id"], str):
            yield value["id"]
        else:
            for inner in value.values():
                yield from _named_files(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _named_files(inner)


def refuse_foreign_files(response: Any, /, **scope: int | None) -> None:
    """Raise InvalidInput where a raw response names a file that was not handed in in this sitting (attempt_id or
    session_id): one statement where files are named, none otherwise."""
    named = set(_named_files(response))
    if not named:
        return
    ids = [uuid.UUID(id_) for id_ in named if len(id_) == 36 and set(id_) <= set("0123456789abcdef-")]
    if len(ids) != len(named) or AnswerFile.objects.filter(public_id__in=ids, **scope).count() != len(named):
        raise InvalidInput(_("The response names a file that was not handed in here."), field="responses")


def open_file(*, user: Any, public_id: uuid.UUID) -> OpenedAnswer:
    """Open a file for the learner who handed it in, or for whoever may mark or owns the exam; NotFound for others."""
    row = AnswerFile.objects.filter(public_id=public_id).select_related("attempt").first()
    if row is None or not _may_open(user, row):
        raise NotFound(_("There is no such file."))
    return open_answer(asset_id=row.asset_id)


def _may_open(user: Any, row: AnswerFile) -> bool:
    if row.user_id == user.pk:
        return True
    attempt: Attempt | None = row.attempt
    return attempt is not None and managed_exams(user).filter(pk=attempt.exam_id).exists()
