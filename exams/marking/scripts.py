"""One answer as its marker sees it: question, answer, guide, rubric with levels, what stands there now."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from exams.delivery.room import reviewed_slot
from exams.domain.levels import level_text, point_levels
from exams.domain.marks import PartMark, part_paths, pending_paths
from exams.fetch import frozen_slots, get_versions, mark_from_parts
from exams.marking.anonymity import names_of, number_of
from exams.marking.history import stamp_of
from exams.marking.mark import is_held_by_another
from exams.models import Attempt, Exam, ItemResult
from exams.presentation import CriterionView, QuestionView, ReviewPolicy, number_text

FOR_MARKER = ReviewPolicy(for_marker=True)
PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif"}
_WORD = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]|[^\W_\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]+(?:['’-][^\W_]+)*"
)


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step of a criterion: its points, the key that gives them (empty beyond the ninth), and what an answer on it
    is like where the rubric says so."""

    points: str
    key: str
    is_given: bool
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class RubricLine:
    """A criterion to be filled: where it goes, its words, what it is worth and its levels; `number` is that of the
    question under a passage."""

    path: str
    number: str
    text: str
    html: SafeString
    points: str
    given: str
    levels: tuple[Level, ...]

    @property
    def is_in_words(self) -> bool:
        """Whether its levels say what an answer is like."""
        return any(level.text for level in self.levels)


@dataclass(frozen=True, kw_only=True)
class AnswerFile:
    """A file of the answer; pictures are shown in the page."""

    name: str
    url: str
    is_picture: bool
    is_pdf: bool


@dataclass(frozen=True, kw_only=True)
class Script:
    """One answer before a marker. `candidate` is a number, or the name where the exam's marking is not anonymous."""

    row: ItemResult
    attempt: Attempt
    question: QuestionView
    candidate: str
    number: str
    lines: tuple[RubricLine, ...]
    levels: tuple[Level, ...]
    given: str
    maximum: str
    stamp: str
    is_marked: bool
    words: int | None
    files: tuple[AnswerFile, ...]
    holder: str


def script_of(
    *, exam: Exam, row: ItemResult, user: Any, now: datetime, posted: Mapping[str, str] | None = None
) -> Script:
    """Return an answer as its marker sees it, with the points she `posted` before: three statements, one more for a
    name.
    """
    attempt = Attempt.objects.select_related("exam").get(pk=row.attempt_id)
    slot = next(slot for slot in frozen_slots(attempt.paper) if slot.slot == row.slot)
    version = get_versions([row.version_id])[row.version_id]
    view = reviewed_slot(attempt=attempt, slot=slot, version=version, result=row, policy=FOR_MARKER)
    number = number_of(exam=exam, attempt_id=attempt.pk)
    is_held = row.state == "pending" and is_held_by_another(row, user=user, now=now)
    is_named = not exam.marking_is_anonymous
    wanted = ({attempt.user_id} if is_named else set()) | ({row.marker_id} if is_held and row.marker_id else set())
    names = names_of(user_ids=wanted) if wanted else {}
    is_marked = row.state != "pending"
    points = row.maximum
    return Script(
        row=row,
        attempt=attempt,
        question=view,
        candidate=names.get(attempt.user_id, number) if is_named else number,
        number=number,
        lines=tuple(
            replace(line, given=(posted or {}).get(f"points.{line.path}", line.given)[:12])
            for line in _rubric_lines(view, row)
        ),
        levels=_levels(points, row.mark if is_marked else None),
        given=(posted or {}).get("points", number_text(row.mark) if is_marked else "")[:12],
        maximum=number_text(row.maximum),
        stamp=stamp_of(row),
        is_marked=is_marked,
        words=count_words(view.value) if view.value else None,
        files=_files(view),
        holder=names.get(row.marker_id, _("a colleague")) if is_held else "",
    )


def count_words(text: str, /) -> int:
    """Return the words of a text as the room counts them: every ideograph, and every run of other letters."""
    return len(_WORD.findall(text))


def _levels(points: Decimal, given: Decimal | None) -> tuple[Level, ...]:
    return tuple(
        Level(points=level_text(level), key=str(place) if place < 10 else "", is_given=given == level)
        for place, level in enumerate(point_levels(points))
    )


def _levels_in_words(line: CriterionView, given: Decimal | None) -> tuple[Level, ...]:
    return tuple(
        Level(
            points=level.points,
            key=str(place) if place < 10 else "",
            is_given=given == Decimal(level.points),
            text=level.text,
        )
        for place, level in enumerate(line.levels)
    )


def _rubric_lines(view: QuestionView, row: ItemResult) -> tuple[RubricLine, ...]:
    """Return the criteria with text and points; empty where the answer is marked by points alone."""
    known = {line.id: ("", line) for line in view.rubric}
    for part in view.questions:
        known |= {f"{part.part}/{line.id}": (part.number, line) for line in part.rubric}
    mark = mark_from_parts(fraction=row.fraction, state=row.state, parts=row.parts)
    is_pending = row.state == "pending"
    paths = pending_paths(mark) if is_pending else tuple(path for path in part_paths(mark) if path in known)
    if not paths or not all(path in known for path in paths):
        return ()
    fractions = {} if is_pending else _fractions(mark.parts)
    lines = []
    for path in paths:
        number, line = known[path]
        given = None if path not in fractions else Decimal(str(fractions[path])) * Decimal(line.points)
        value = None if given is None else given.quantize(Decimal("0.01"))
        lines.append(
            RubricLine(
                path=path,
                number=number,
                text=line.text,
                html=line.html,
                points=line.points,
                given="" if value is None else level_text(value),
                levels=_levels_in_words(line, value) if line.levels else _levels(Decimal(line.points), value),
            )
        )
    return tuple(lines)


def _fractions(parts: Sequence[PartMark], prefix: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for part in parts:
        path = f"{prefix}{part.id}"
        if part.parts:
            found |= _fractions(part.parts, f"{path}/")
        elif part.fraction is not None:
            found[path] = part.fraction
    return found


def _files(view: QuestionView) -> tuple[AnswerFile, ...]:
    """Return the files of an answer, those inside a material included."""
    files = list(getattr(view.extra, "files", ()) or ())
    for part in view.questions:
        files += getattr(part.extra, "files", ()) or ()
    return tuple(
        AnswerFile(
            name=file.name,
            url=file.url,
            is_picture=PurePosixPath(file.name.lower()).suffix in PICTURES,
            is_pdf=file.name.lower().endswith(".pdf"),
        )
        for file in files
    )


def read_points(script: Script, posted: Any) -> tuple[dict[str, float] | None, Decimal | None, str]:
    """Return (fractions, points, what is wrong) of a posted mark: fractions for a rubric, points otherwise."""
    try:
        if script.lines:
            fractions = {
                line.path: float(_number(posted.get(f"points.{line.path}", "")) / Decimal(line.points))
                for line in script.lines
            }
            return fractions, None, ""
        points = _number(posted.get("points", ""))
    except (InvalidOperation, ZeroDivisionError, ValueError):
        if script.lines:
            return None, None, _("Give every criterion its points, as numbers.")
        return None, None, _("Give the points as a number.")
    return None, points, ""


def _number(text: str) -> Decimal:
    value = Decimal(text.strip().replace("，", ".").replace(",", "."))
    if not value.is_finite():
        raise ValueError(text)
    return value
