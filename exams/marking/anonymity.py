"""What stands for a candidate on the pages and sheets of markers: a number, or the name where the exam says so."""

from hashlib import sha256

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import F

from exams.domain.candidate_numbers import PRIME, candidate_number, read_number
from exams.models import Attempt, Exam


def _secret(exam: Exam) -> bytes:
    return sha256(f"exams.candidates\x00{exam.public_id}\x00{settings.SECRET_KEY}".encode()).digest()


def number_of(*, exam: Exam, attempt_id: int) -> str:
    """Return the number that stands for an attempt of an exam."""
    return candidate_number(attempt_id=attempt_id, secret=_secret(exam))


def find_attempt_id(*, exam: Exam, number: str) -> int | None:
    """Return the id of the attempt of an exam behind a number; None where there is none. One statement."""
    rest = read_number(number, secret=_secret(exam))
    if rest is None:
        return None
    found = Attempt.objects.filter(exam=exam).annotate(rest=F("pk") % PRIME).filter(rest=rest)
    return found.values_list("pk", flat=True).first()


def names_of(*, user_ids: set[int]) -> dict[int, str]:
    """Return the names of people; one statement. For exams whose marking is not anonymous, and for markers."""
    people = get_user_model().objects.filter(pk__in=user_ids)
    return {person.pk: person.get_full_name() or str(person) for person in people}
