"""What can be certified, and how this room learns of it; the only place that knows exams and courses.

Exams stand below and are asked through `exams.queries`. Courses stand above: they register themselves here when
the site starts, `register_achievement(kind="course", resolve=..., list_for_author=..., list_earned=...)`.
"""

import importlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from edu.core.clock import now_utc

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
    """An achievement as one person earned it (or not: `passed`), and whether she may know (`released`).

    `percent` is the score that rules look at, None where there is none (a course).
    """

    achievement: Achievement
    user_id: int
    passed: bool
    released: bool
    earned_at: datetime
    score_text: str = ""
    percent: Decimal | None = None


class AchievementUnavailable(Exception):
    """The room that owns the achievement cannot be asked; the event is delivered again later."""


Resolve = Callable[[int], Achievement]
ListForAuthor = Callable[[int], Iterable[Achievement]]
ListEarned = Callable[[str], Iterable[Earned]]
_resolvers: dict[str, Resolve] = {}
_listers: dict[str, ListForAuthor] = {}
_earners: dict[str, ListEarned] = {}


def register_achievement(
    *,
    kind: str,
    resolve: Resolve,
    list_for_author: ListForAuthor | None = None,
    list_earned: ListEarned | None = None,
) -> None:
    """Make a kind of achievement known.

    `resolve(database id)` returns the achievement or raises NotFound; `list_for_author(user id)` returns all of this
    kind that the person may author, for which she may therefore set up certificates; `list_earned(public id)` returns
    what everybody earned who achieved it until now, one a person.
    """
    _resolvers[kind] = resolve
    if list_for_author is not None:
        _listers[kind] = list_for_author
    if list_earned is not None:
        _earners[kind] = list_earned


def list_earned(*, achievement_key: str) -> list[Earned]:
    """Return who achieved this until now and may know, one a person with her best score; none of an unknown kind."""
    kind, _, public_id = achievement_key.partition(":")
    return list(_earners[kind](public_id)) if kind in _earners else []


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
    """Return what an attempt earned: nothing passed while it is not marked, or voided. NotFound when there is none."""
    attempt = _ask_exams("get_attempt_facts", attempt_id=attempt_id)
    return _earned(attempt, _exam_achievement(_ask_exams("get_exam_facts", exam_id=attempt.exam_id)))


def find_earned_pass(*, attempt_id: int) -> tuple[str, int, Decimal | None, bool]:
    """Return the key of the exam of an attempt, its learner, and the per cent of her best released pass of it, with
    whether there is one at all."""
    attempt = _ask_exams("get_attempt_facts", attempt_id=attempt_id)
    exam = _ask_exams("get_exam_facts", exam_id=attempt.exam_id)
    best = _ask_exams("find_best_pass", exam_id=attempt.exam_id, user_id=attempt.user_id)
    return exam.product_key, attempt.user_id, None if best is None else best.percent, best is not None


def find_reopening(*, attempt_id: int) -> str:
    """Return the reason for revoking a certificate whose attempt was opened again; empty where it never was."""
    reason: str = _ask_exams("get_attempt_facts", attempt_id=attempt_id).reopening
    return reason


def list_earned_exam(public_id: str) -> list[Earned]:
    """Return the best released pass of everybody who passed the exam of a public id."""
    passes = _ask_exams("list_best_passes", public_id=public_id)
    if not passes:
        return []
    achievement = _exam_achievement(_ask_exams("get_exam_facts", exam_id=passes[0].exam_id))
    return [_earned(attempt, achievement) for attempt in passes]


def _earned(attempt: Any, achievement: Achievement) -> Earned:
    """Return what an attempt (exams.queries.AttemptFacts) earned."""
    return Earned(
        achievement=achievement,
        user_id=attempt.user_id,
        passed=attempt.state == "graded" and bool(attempt.passed),
        released=bool(attempt.is_released),
        # A regrade moves graded_at, so the moment of handing in is better wherever it is told.
        earned_at=getattr(attempt, "submitted_at", None) or attempt.graded_at or now_utc(),
        score_text="" if attempt.score is None else f"{_plain(attempt.score)} / {_plain(attempt.maximum)}",
        percent=attempt.percent,
    )


def announce_on_exams() -> None:
    """Let the exam room tell on an exam's page which certificates passing it earns, as the rules stand, and in the
    records which of them the learner holds."""
    from exams.services import register_credentials, register_holders, register_rewards

    register_rewards(_tell_rewards)
    register_credentials(_tell_held)
    register_holders(_tell_holders)


def _tell_held(user_id: int) -> dict[str, list[Any]]:
    """Return the certificates a person holds, issued and valid, by achievement key, as exams.services.Credential."""
    from django.urls import reverse

    from certificates.queries import list_certificates
    from exams.services import Credential

    held: dict[str, list[Any]] = {}
    for certificate in list_certificates(user_id=user_id):
        if certificate.serial and certificate.revoked_at is None:
            credential = Credential(
                title=certificate.title, url=reverse("certificates:verify", args=[certificate.serial])
            )
            held.setdefault(certificate.achievement_key, []).append(credential)
    return held


def _tell_rewards(product_key: str) -> list[Any]:
    """Return what passing the exam of a key earns, as exams.services.Reward."""
    from certificates.queries import list_awarded
    from exams.services import Reward

    return [
        Reward(title=awarded.title, minimum_percent=awarded.minimum_percent)
        for awarded in list_awarded(achievement_keys=[product_key])
    ]


def _tell_holders(product_key: str, user_ids: Sequence[int]) -> dict[int, str]:
    """Return the serials of good certificates of an exam, by person."""
    from certificates.standings import list_serials

    serials = list_serials(user_ids=user_ids, achievement_keys=[product_key])
    return {user_id: serial for (user_id, _key), serial in serials.items()}


def list_authored_exams(user_id: int) -> list[Achievement]:
    """Return the exams that the person authors, asked through exams.queries.list_authored_exams."""
    return [_exam_achievement(exam) for exam in _ask_exams("list_authored_exams", user_id=user_id)]


def _exam_achievement(exam: Any) -> Achievement:
    """Return the achievement that lies in passing an exam, from exams.queries.ExamFacts."""
    return Achievement(
        key=exam.product_key, title=exam.title, language=exam.language, organization_id=exam.organization_id
    )


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
_earners["exam"] = list_earned_exam
