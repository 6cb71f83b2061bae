"""Everything that a learner practised, for herself: as plain values for the download of her account, and as a file
with spreadsheets that a job writes.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from edu.documents.xlsx import Sheet, write_workbook
from edu.jobs.services import enqueue
from exams.authoring.checks import summary_of
from exams.interchange.files import keep_file, remove_file
from exams.models import (
    Attempt,
    PracticeAnswer,
    PracticeChoice,
    PracticeExport,
    PracticeSession,
    QuestionProgress,
    QuestionVersion,
)
from exams.practice.hidden import hidden_questions
from exams.practice.question_progress import find_preference
from exams.queries.attempts import attempt_views

KEPT_DAYS = 7
PART = 500
PREFERENCES = ("mastery_kind", "mastery_streak", "mastery_days", "retention", "daily_goal", "reminds", "reminder_hour")
Say = Callable[[int, str], None]


def _quiet(_percent: int, _text: str) -> None:
    """Tell nobody."""


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


# -- what there is ------------------------------------------------------------------------------------
def describe_practice(*, user_id: int, say: Say = _quiet) -> dict[str, Any]:
    """Return the learner's practice as plain JSON values: preferences, sessions with their answers, the wrong-answer
    book with notes, favourites, results of exams that are released.

    No key of any question; marks of an unfinished practice whose feedback comes at the end are left out, and so is what
    an exam of hers hides from the book. Statements grow with each 500 sessions only.
    """
    preference = find_preference(user_id=user_id)
    progress = list(_progress(user_id))
    sessions = list(_sessions(user_id, say))
    return {
        "preferences": {name: getattr(preference, name) for name in PREFERENCES},
        "sessions": sessions,
        "wrong_answer_book": [row["entry"] for row in progress if row["entry"]["last_wrong_at"]],
        "notes_and_favourites": [
            row["entry"] for row in progress if row["entry"]["favourited_at"] or row["entry"]["note"]
        ],
        "exam_results": _exam_results(user_id),
    }


def _sessions(user_id: int, say: Say) -> Iterator[dict[str, Any]]:
    """Yield the sessions, oldest first, with their answers and the texts of what was asked."""
    ids = list(PracticeSession.objects.filter(user_id=user_id).order_by("pk").values_list("pk", flat=True))
    texts: dict[int, str] = {}
    for start in range(0, len(ids), PART):
        part = PracticeSession.objects.filter(pk__in=ids[start : start + PART]).select_related("bank", "practice_set")
        rows = list(part.defer("items", "states").order_by("pk"))
        answers: dict[int, list[PracticeAnswer]] = {}
        for answer in PracticeAnswer.objects.filter(session__in=rows).order_by("session_id", "index"):
            answers.setdefault(answer.session_id, []).append(answer)
        asked = {answer.version_id for each in answers.values() for answer in each} - set(texts)
        texts |= _texts(asked)
        for row in rows:
            yield _session(row, answers.get(row.pk, []), texts)
        say(round(90 * min(len(ids), start + PART) / len(ids)), f"{min(len(ids), start + PART)} / {len(ids)}")


def _texts(version_ids: set[int]) -> dict[int, str]:
    """Return the first words of versions, fetched in parts."""
    found: dict[int, str] = {}
    ids = sorted(version_ids)
    for start in range(0, len(ids), PART):
        rows = QuestionVersion.objects.filter(pk__in=ids[start : start + PART]).values_list("pk", "type", "content")
        found |= {pk: summary_of(type=type_, content=content) for pk, type_, content in rows}
    return found


def _session(row: PracticeSession, answers: Sequence[PracticeAnswer], texts: Mapping[int, str]) -> dict[str, Any]:
    is_told = row.feedback == "at_once" or row.finished_at is not None
    return {
        "id": str(row.public_id),
        "title": row.title,
        "mode": row.mode,
        "bank": row.bank.name if row.bank else None,
        "practice_set": row.practice_set.title if row.practice_set else None,
        "started_at": _text(row.started_at),
        "finished_at": _text(row.finished_at),
        "answered": row.answered_count,
        "right": row.right_count if is_told else None,
        "answers": [
            {
                "number": answer.index + 1,
                "question": texts.get(answer.version_id, ""),
                "response": json.loads(answer.response) if answer.response else None,
                "state": answer.state if is_told else "answered",
                "fraction": answer.fraction if is_told else None,
                "seconds": answer.seconds,
                "answered_at": _text(answer.answered_at),
            }
            for answer in answers
        ],
    }


def _progress(user_id: int) -> Iterator[dict[str, Any]]:
    """Yield the questions that the learner got wrong, marked as favourites or wrote notes to."""
    hidden = hidden_questions(user_id=user_id, now=now_utc())
    rows = QuestionProgress.objects.filter(user_id=user_id).exclude(
        last_wrong_at__isnull=True, favourited_at__isnull=True, note=""
    )
    for row in rows.select_related("question__bank", "question__topic").order_by("pk").iterator(chunk_size=PART):
        is_hidden = row.question_id in hidden
        yield {
            "entry": {
                "question": row.question.summary,
                "bank": row.question.bank.name,
                "topic": row.question.topic.name if row.question.topic else None,
                "wrong": None if is_hidden else row.wrong_count,
                "blank": None if is_hidden else row.blank_count,
                "right": None if is_hidden else row.right_count,
                "last_wrong_at": None if is_hidden else _text(row.last_wrong_at),
                "mastered_at": None if is_hidden else _text(row.mastered_at),
                "due_at": None if is_hidden else _text(row.due_at),
                "mistake": row.mistake,
                "note": row.note,
                "favourited_at": _text(row.favourited_at),
            }
        }


def _exam_results(user_id: int) -> list[dict[str, Any]]:
    """Return the results that are released."""
    rows = (
        Attempt.objects.filter(user_id=user_id, state=Attempt.State.GRADED, released_at__isnull=False)
        .select_related("exam")
        .defer("paper", "responses", "exam__description", "exam__rules")
        .order_by("pk")
    )
    return [
        {
            "exam": view.exam_title,
            "attempt": view.number,
            "started_at": _text(view.started_at),
            "handed_in_at": _text(view.submitted_at),
            "score": None if view.score is None else str(view.score),
            "maximum": None if view.maximum is None else str(view.maximum),
            "percent": None if view.percent is None else str(view.percent),
            "passed": view.passed,
        }
        for view in attempt_views(list(rows))
    ]


# -- the file -----------------------------------------------------------------------------------------
def _sheets(found: Mapping[str, Any]) -> list[Sheet]:
    def table(name: str, headers: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> Sheet:
        cells = ([_cell(row.get(key)) for key in headers] for row in rows)
        return Sheet(name=name, headers=list(headers.values()), rows=cells)

    sessions = {
        "title": _("Practice"),
        "mode": _("Kind"),
        "bank": _("Bank"),
        "started_at": pgettext("practice", "Began"),
        "finished_at": pgettext("practice", "Ended"),
        "answered": _("Answered"),
        "right": _("Right"),
    }
    answers = {
        "title": _("Practice"),
        "number": pgettext("practice", "Number"),
        "question": _("Question"),
        "response": _("Your answer"),
        "fraction": _("Share of the marks"),
        "seconds": _("Seconds"),
        "answered_at": _("When"),
    }
    entries = {
        "question": _("Question"),
        "bank": _("Bank"),
        "topic": _("Chapter"),
        "wrong": pgettext("practice", "Times wrong"),
        "blank": _("Left blank"),
        "right": _("Right"),
        "last_wrong_at": _("Last wrong"),
        "mastered_at": _("Mastered"),
        "due_at": _("Due"),
        "mistake": _("Kind of mistake"),
        "note": _("Note"),
        "favourited_at": _("Favourite since"),
    }
    results = {
        "exam": _("Exam"),
        "attempt": _("Attempt"),
        "started_at": pgettext("practice", "Began"),
        "handed_in_at": _("Handed in at"),
        "score": _("Score"),
        "maximum": _("Maximum"),
        "percent": _("Per cent"),
        "passed": _("Passed"),
    }
    flat = [{**answer, "title": row["title"]} for row in found["sessions"] for answer in row["answers"]]
    return [
        table(_("Practice"), sessions, found["sessions"]),
        table(_("Answers"), answers, flat),
        table(_("Wrong-answer book"), entries, found["wrong_answer_book"]),
        table(_("Notes and favourites"), entries, found["notes_and_favourites"]),
        table(_("Exam results"), results, found["exam_results"]),
    ]


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def practice_archive(*, user_id: int, say: Say = _quiet) -> bytes:
    """Return a ZIP of practice.json (for programs) and practice.xlsx (to read), headings in the language at hand."""
    found = describe_practice(user_id=user_id, say=say)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("practice.json", json.dumps(found, ensure_ascii=False, indent=1))
        archive.writestr("practice.xlsx", write_workbook(sheets=_sheets(found)))
    return buffer.getvalue()


def request_practice(*, user: Any) -> PracticeExport:
    """Ask for the file, or return the one that is being written; its job says how far it is."""
    running = PracticeExport.objects.filter(user=user, finished_at__isnull=True).select_related("job").first()
    if running is not None and running.job is not None and not running.job.is_finished:
        return running
    with transaction.atomic():
        row = PracticeExport.objects.create(user=user, language=get_language() or "en", created_at=now_utc())
        row.job = enqueue(
            kind="exams.export_practice",
            arguments={"export_id": row.pk},
            owner_id=user.pk,
            title=_("Everything I practised"),
        )
        row.save(update_fields=["job"])
    return row


def write_practice(*, export_id: int, say: Say) -> dict[str, Any]:
    """Write the file; harmless when it was written before."""
    row = PracticeExport.objects.get(pk=export_id)
    address = f"/practice/records/download/{row.public_id}/"
    if row.finished_at is None:
        with override(row.language):
            content = practice_archive(user_id=row.user_id, say=say)
        name = keep_file(folder="exports", ending=".zip", content=ContentFile(content))
        row.storage_name, row.finished_at = name, now_utc()
        row.save(update_fields=["storage_name", "finished_at"])
    return {"url": address}


def read_practice(*, user: Any, public_id: object) -> tuple[PracticeExport, Any]:
    """Return the person's own export and its open file; NotFound for others' and for files that are gone."""
    row = PracticeExport.objects.filter(user=user, public_id=public_id).first()
    if row is None or not row.storage_name:
        raise NotFound(_("This file is not there (any more). Ask for it again."))
    return row, default_storage.open(row.storage_name)


def remove_old_practice() -> int:
    """Remove files older than KEPT_DAYS; their rows stay. Returns how many."""
    before = now_utc() - timedelta(days=KEPT_DAYS)
    old = list(PracticeExport.objects.filter(finished_at__lt=before).exclude(storage_name="")[:PART])
    for row in old:
        remove_file(row.storage_name)
        PracticeExport.objects.filter(pk=row.pk).update(storage_name="")
    return len(old)


def forget_practice_files(*, user_id: int) -> None:
    """Remove the files of a person who leaves, and what she last chose in practice; harmless when repeated."""
    for row in PracticeExport.objects.filter(user_id=user_id):
        remove_file(row.storage_name)
    PracticeExport.objects.filter(user_id=user_id).delete()
    PracticeChoice.objects.filter(user_id=user_id).delete()
