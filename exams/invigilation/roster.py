"""Who is where in an exam under way: one row a candidate, in a number of statements that does not grow with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Count, Q

from edu.organizations.queries import staff_by_user
from exams.delivery.presence import Presence, presences_of
from exams.delivery.start import OPEN_STATES
from exams.domain.timing import remaining_seconds
from exams.marking.gradebook import candidate_ids
from exams.models import Attempt, AttemptDevice, Exam, LateBatch, SignalTally

ONLINE_SECONDS = 45
"""A candidate whose page is in sight is asked for every 10 seconds: three polls may be lost."""
AWAY_SECONDS = 90
"""The same for a page out of sight, which browsers let ask seldom."""
STATES = ("running", "offline", "paused", "waiting", "done")
SORTS = ("name", "time", "answered", "signals", "seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One candidate as the invigilator sees her. `state` is one of STATES; `answered` is None until it is counted."""

    user_id: int
    public_id: str
    name: str
    staff_number: str
    department: str
    state: str
    attempt_id: int = 0
    attempt_public_id: str = ""
    number: int = 0
    deadline_at: datetime | None = None
    paused_at: datetime | None = None
    submitted_at: datetime | None = None
    submitted_by: str = ""
    seen_at: datetime | None = None
    is_away: bool = False
    slot: int = 0
    questions: int = 0
    answered: int | None = None
    signals: int = 0
    away_seconds: int = 0
    late: int = 0
    wants_device: str = ""

    @property
    def is_inside(self) -> bool:
        """Whether the attempt is under way."""
        return self.state in {"running", "offline", "paused"}

    def remaining(self, now: datetime) -> int:
        """Return the seconds left; a paused clock stands."""
        if not self.is_inside:
            return 0
        return remaining_seconds(now=self.paused_at or now, deadline_at=self.deadline_at) or 0

    def unseen_seconds(self, now: datetime) -> int | None:
        """Return for how long nothing was heard; None when nothing ever was."""
        return None if self.seen_at is None else max(0, int((now - self.seen_at).total_seconds()))


def list_room(*, exam: Exam, now: datetime) -> list[Candidate]:
    """Return everybody expected at an exam and everybody who began it, with the latest attempt of each, by name."""
    attempts = _latest_attempts(exam)
    ids = candidate_ids(exam, list(attempts))
    people = get_user_model().objects.filter(pk__in=ids, deleted_at__isnull=True).only(
        "id", "public_id", "real_name", "display_name", "email", "phone", "username", "deleted_at"
    )  # fmt: skip
    staff = staff_by_user(organization_id=exam.organization_id) if exam.organization_id else {}
    running = [row["id"] for row in attempts.values() if row["state"] in OPEN_STATES]
    seen = presences_of(running)
    tallies = dict(SignalTally.objects.filter(attempt__exam=exam).values_list("attempt_id", "counts"))
    waiting = Q(decision="")
    late = dict(
        LateBatch.objects.filter(waiting, attempt__exam=exam)
        .values_list("attempt_id")
        .annotate(n=Count("id"))
        .values_list("attempt_id", "n")
    )
    devices = dict(
        AttemptDevice.objects.filter(attempt__exam=exam).exclude(wanted="").values_list("attempt_id", "wanted_label")
    )
    questions = exam.paper_version.question_count if exam.paper_version else 0
    rows = []
    for person in people:
        member = staff.get(person.pk)
        base = Candidate(
            user_id=person.pk,
            public_id=str(person.public_id),
            name=person.get_full_name(),
            staff_number=(member.staff_number if member else "") or "",
            department=(member.department_name if member else "") or "",
            state="waiting",
            questions=questions,
        )
        row = attempts.get(person.pk)
        if row is not None:
            counts = tallies.get(row["id"], {})
            base = replace(
                _placed(base, row, seen.get(row["id"]), now),
                signals=sum(values["count"] for values in counts.values()),
                away_seconds=counts.get("left_page", {}).get("seconds", 0),
                late=late.get(row["id"], 0),
                wants_device=(devices[row["id"]] or "?") if row["id"] in devices else "",
            )
        rows.append(base)
    return sorted(rows, key=lambda row: (row.name, row.user_id))


def _latest_attempts(exam: Exam) -> dict[int, dict[str, Any]]:
    """Return the last attempt of each person who began, without its paper and answers: one statement."""
    rows = (
        Attempt.objects.filter(exam=exam)
        .exclude(state=Attempt.State.VOIDED)
        .order_by("number")
        .values(
            "id", "public_id", "user_id", "number", "state", "started_at", "deadline_at", "paused_at", "saved_at",
            "submitted_at", "submitted_by", "position",
        )
    )  # fmt: skip
    return {row["user_id"]: row for row in rows}


def _placed(base: Candidate, row: dict[str, Any], presence: Presence | None, now: datetime) -> Candidate:
    """Return a candidate with the facts of her attempt and where she was seen last, by poll or by save."""
    heard = [moment for moment in (presence and presence.seen_at, row["saved_at"], row["started_at"]) if moment]
    seen_at = max(heard) if heard else None
    is_away = bool(presence and presence.is_away)
    state = "done"
    if row["state"] in OPEN_STATES:
        patience = AWAY_SECONDS if is_away else ONLINE_SECONDS
        is_lost = seen_at is not None and now - seen_at > timedelta(seconds=patience)
        state = "paused" if row["state"] == Attempt.State.PAUSED else "offline" if is_lost else "running"
    return replace(
        base,
        state=state,
        attempt_id=row["id"],
        attempt_public_id=str(row["public_id"]),
        number=row["number"],
        deadline_at=row["deadline_at"],
        paused_at=row["paused_at"],
        submitted_at=row["submitted_at"],
        submitted_by=row["submitted_by"],
        seen_at=seen_at,
        is_away=is_away,
        slot=(presence.slot if presence else 0) or row["position"],
    )


_COUNT = {
    "postgresql": "SELECT a.id, COUNT(*) FILTER (WHERE e.value <> '') FROM exams_attempt a "
    "LEFT JOIN LATERAL jsonb_each_text(a.responses) e ON TRUE WHERE a.id IN ({marks}) GROUP BY a.id",
    "sqlite": "SELECT a.id, COUNT(CASE WHEN e.value <> '' THEN 1 END) FROM exams_attempt a "
    "LEFT JOIN json_each(a.responses) e WHERE a.id IN ({marks}) GROUP BY a.id",
}


def with_answered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates with the number of questions they have answered, counted in their rows: one statement.

    A blank is stored as an empty text and does not count. The papers and answers themselves stay in the database.
    """
    ids = [row.attempt_id for row in candidates if row.attempt_id]
    if not ids:
        return list(candidates)
    statement = _COUNT[connection.vendor].format(marks=", ".join(["%s"] * len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(statement, ids)
        counts = dict(cursor.fetchall())
    return [replace(row, answered=counts.get(row.attempt_id)) if row.attempt_id else row for row in candidates]


def count_states(candidates: Sequence[Candidate]) -> dict[str, int]:
    """Return how many candidates are in each state."""
    return {state: sum(row.state == state for row in candidates) for state in STATES}


def select_candidates(
    candidates: Sequence[Candidate], *, state: str = "", text: str = "", only_noticed: bool = False
) -> list[Candidate]:
    """Return the candidates in a state ("inside": all under way), whose name, number or department holds the text."""
    needle = text.strip().casefold()
    return [
        row
        for row in candidates
        if (not state or row.state == state or (state == "inside" and row.is_inside))
        and (not needle or needle in f"{row.name}\n{row.staff_number}\n{row.department}".casefold())
        and (not only_noticed or row.signals or row.wants_device or row.late)
    ]


def sort_candidates(candidates: Sequence[Candidate], *, by: str, now: datetime) -> list[Candidate]:
    """Return candidates in an order: by name; or what needs attention first: least time, fewest answers, most
    signals, longest unseen. Those who are not inside come last.
    """
    keys = {
        "time": lambda row: row.remaining(now),
        "answered": lambda row: row.answered or 0,
        "signals": lambda row: -row.signals,
        "seen": lambda row: -(row.unseen_seconds(now) or 0),
    }
    if by not in keys:
        return list(candidates)
    key = keys[by]
    if by == "signals":
        return sorted(candidates, key=key)
    return sorted(candidates, key=lambda row: (not row.is_inside, key(row)))
