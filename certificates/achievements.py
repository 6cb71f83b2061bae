"""What can be certified, and how this room learns of it; the only place that knows exams and courses.

Exams stand below and are asked through `exams.queries`. Courses stand above: they register themselves here when
the site starts, `register_achievement(kind="course", resolve=..., list_for_author=...)`.
"""

import importlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edu.core.errors import NotFound

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Achievement:
    """Something that can be achieved; `key` is exam:<uuid> or course:<uuid>, `hours` the hours of study if known."""

    key: str
    title: str
    language: str
    hours: str = ""
    organization_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Earned:
    """An achievement as one person earned it (or not: `passed`), and whether she may know (`released`)."""

    achievement: Achievement
    user_id: int
    passed: bool
    released: bool
    earned_at: datetime
    score_text: str = ""


class AchievementUnavailable(Exception):
    """The room that owns the achievement cannot be asked; the event is delivered again later."""


Resolve = Callable[[int], Achievement]
ListForAuthor = Callable[[int], Iterable[Achievement]]
_resolvers: dict[str, Resolve] = {}
_listers: dict[str, ListForAuthor] = {}


def register_achievement(*, kind: str, resolve: Resolve, list_for_author: ListForAuthor | None = None) -> None:
    """Make a kind of achievement known.

    `resolve(database id)` returns the achievement or raises NotFound; `list_for_author(user id)` returns all of this
    kind that the person may author, for which she may therefore set up certificates.
    """
    _resolvers[kind] = resolve
    if list_for_author is not None:
        _listers[kind] = list_for_author


def resolve_achievement(*, kind: str, object_id: int) -> Achievement:
    """Return the achievement of a registered kind; AchievementUnavailable when nobody registered it."""
    try:
        resolve = _resolvers[kind]
    except KeyError as error:
        raise AchievementUnavailable(kind) from error
    return resolve(object_id)


def list_authored_achievements(*, user_id: int) -> list[Achievement]:
    """Return everything that the person may set up certificates for, by title."""
    found: list[Achievement] = []
    for kind, lister in _listers.items():
        try:
            found.extend(lister(user_id))
        except AchievementUnavailable:
            logger.warning("achievements of kind %s cannot be listed", kind)
    return sorted(found, key=lambda achievement: (achievement.title, achievement.key))


def get_earned_exam(*, attempt_id: int) -> Earned:
    """Return what an attempt earned. NotFound when there is no such attempt or it has no result yet."""
    summary = _ask_exams("get_attempt_summary", attempt_id=attempt_id)
    if summary.passed is None or summary.score is None:
        message = "The attempt has no result yet."
        raise NotFound(message)
    return Earned(
        achievement=Achievement(
            key=f"exam:{summary.exam_public_id}",
            title=summary.exam_title,
            language=summary.language,
            organization_id=summary.organization_id,
        ),
        user_id=summary.user_id,
        passed=bool(summary.passed),
        released=getattr(summary, "released_at", None) is not None,
        earned_at=summary.submitted_at,
        score_text=f"{_plain(summary.score)} / {_plain(summary.maximum)}",
    )


def list_authored_exams(user_id: int) -> list[Achievement]:
    """Return the exams that the person authors, asked through exams.queries.list_authored_exams."""
    return [
        Achievement(
            key=f"exam:{exam.public_id}",
            title=exam.title,
            language=exam.language,
            organization_id=exam.organization_id,
        )
        for exam in _ask_exams("list_authored_exams", user_id=user_id)
    ]


def _ask_exams(question: str, **arguments: Any) -> Any:
    """Call a function of exams.queries; AchievementUnavailable while the exams room does not offer it."""
    try:
        function = getattr(importlib.import_module("exams.queries"), question)
    except (ImportError, AttributeError) as error:
        raise AchievementUnavailable(question) from error
    return function(**arguments)


def _plain(value: Any) -> str:
    """Return a mark without trailing zeros."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


_listers["exam"] = list_authored_exams
