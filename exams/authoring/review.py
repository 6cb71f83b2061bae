"""Use cases of the two-person review: submit, withdraw, approve, ask for changes; and the queue of what waits."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from edu.notifications.services import notify
from edu.organizations.queries import list_trainer_ids
from exams.authoring.checks import check_question
from exams.authoring.locks import require_open
from exams.authoring.questions import equals_version, fingerprint_of, publish_question
from exams.models import Bank, BankShare, Question, QuestionReview
from exams.policies_authoring import is_editor, list_readable_banks

MAXIMUM_TOLD = 50
"""Colleagues who are told of a submitted question."""


def _colleagues(bank: Bank) -> set[int]:
    """Return who may review in a bank: its owner, those it is shared with, trainers of its organisation."""
    ids = set(BankShare.objects.filter(bank=bank).values_list("user_id", flat=True))
    if bank.owner_id is not None:
        ids.add(bank.owner_id)
    if bank.organization_id is not None:
        ids |= set(list_trainer_ids(organization_id=bank.organization_id))
    return ids


def authors_of(question: Question) -> set[int]:
    """Return who wrote what a review is about: everybody who changed the draft since it was last published."""
    revisions = question.revisions.filter(user__isnull=False)
    if question.current_version is not None and not question.is_withheld:
        revisions = revisions.filter(created_at__gt=question.current_version.published_at)
    ids = set(revisions.values_list("user_id", flat=True))
    return ids or ({question.author_id} if question.author_id else set())


def submit_for_review(*, question: Question, actor: Any, note: str = "") -> QuestionReview:
    """Hand the draft to a second person and tell the colleagues of the bank.

    InvalidQuestion while the draft is not complete; Conflict when it says what the published version says, or waits
    already.
    """
    require_open(question=question)
    check_question(type=question.type, content=question.content, key=question.key, is_draft=False)
    if equals_version(question) and not question.is_withheld:
        raise Conflict(_("There is nothing new to review: the draft is the published version."))
    try:
        with transaction.atomic():
            review = QuestionReview.objects.create(
                question=question,
                fingerprint=fingerprint_of(question),
                submitted_by=actor,
                submitted_at=now_utc(),
                note=note.strip()[:2000],
            )
            record(
                actor=actor,
                action="question.submit",
                object_kind="question",
                object_id=question.public_id,
                object_label=question.summary,
            )
            for user_id in sorted(_colleagues(question.bank) - {actor.pk})[:MAXIMUM_TOLD]:
                notify(
                    user_id=user_id,
                    kind="exams.to_review",
                    context={"bank": question.bank.name, "question": question.summary[:120], "author": str(actor)},
                    url="/teach/reviews/",
                    dedupe_key=f"exams.to_review:{review.pk}:{user_id}",
                )
    except IntegrityError as error:
        raise Conflict(_("This question waits for its review already.")) from error
    return review


def list_reviews(user: Any) -> QuerySet[QuestionReview]:
    """Return what waits for the person: open reviews of banks that she may read, the oldest first, without those she
    handed in herself."""
    return (
        QuestionReview.objects.filter(
            state=QuestionReview.State.REQUESTED, question__bank__in=list_readable_banks(user).values("pk")
        )
        .exclude(submitted_by=user)
        .select_related("question__bank", "submitted_by")
        .order_by("id")
    )


def find_open_review(question: Question) -> QuestionReview | None:
    """Return the review that the question waits for, or None."""
    return (
        QuestionReview.objects.filter(question=question, state=QuestionReview.State.REQUESTED)
        .select_related("submitted_by")
        .first()
    )


def _decide(*, review: QuestionReview, actor: Any, state: str, comment: str) -> None:
    """Write the decision, once: a conditional UPDATE decides a race. The caller holds the transaction."""
    done = QuestionReview.objects.filter(pk=review.pk, state=QuestionReview.State.REQUESTED).update(
        state=state, reviewer=actor, decided_at=now_utc(), comment=comment.strip()[:4000]
    )
    if not done:
        raise Conflict(_("This review was decided before."))
    question = review.question
    record(
        actor=actor,
        action="question.approve" if state == QuestionReview.State.APPROVED else "question.ask_changes",
        object_kind="question",
        object_id=question.public_id,
        object_label=question.summary,
    )
    if review.submitted_by_id and review.submitted_by_id != actor.pk:
        notify(
            user_id=review.submitted_by_id,
            kind="exams.reviewed",
            context={
                "question": question.summary[:120],
                "reviewer": str(actor),
                "approved": state == QuestionReview.State.APPROVED,
                "comment": comment.strip()[:1000],
            },
            url=f"/teach/questions/{question.public_id}/review/",
            dedupe_key=f"exams.reviewed:{review.pk}",
        )


def _require_second_person(review: QuestionReview, actor: Any) -> None:
    if actor.pk == review.submitted_by_id or actor.pk in authors_of(review.question):
        raise NotAllowed(_("Nobody approves her own question. Ask a colleague."))


def approve_review(*, review: QuestionReview, actor: Any, comment: str = "", publish: bool = False) -> None:
    """Approve exactly what was submitted; with `publish` it is published as well, by an editor of the bank.

    NotAllowed for whoever wrote or submitted it; Conflict when the draft changed since, or was decided before.
    """
    question = review.question
    _require_second_person(review, actor)
    if publish and not is_editor(actor, question.bank):
        raise NotAllowed(_("Reviewers approve; editors of the bank publish."))
    if fingerprint_of(question) != review.fingerprint:
        raise Conflict(_("The draft was changed after it was submitted. It has to be submitted anew."))
    with transaction.atomic():
        _decide(review=review, actor=actor, state=QuestionReview.State.APPROVED, comment=comment)
        if publish:
            publish_question(question=question, actor=actor)
        elif question.is_withheld and equals_version(question):
            # It came published by an import: the approval is all that it lacked.
            Question.objects.filter(pk=question.pk).update(is_withheld=False)


def ask_for_changes(*, review: QuestionReview, actor: Any, comment: str) -> None:
    """Send the draft back with words; InvalidInput without them, NotAllowed for whoever wrote it."""
    if not comment.strip():
        raise InvalidInput(_("Say what has to change."), field="comment")
    _require_second_person(review, actor)
    with transaction.atomic():
        _decide(review=review, actor=actor, state=QuestionReview.State.CHANGES, comment=comment)


def withdraw_review(*, question: Question, actor: Any) -> None:
    """Take a submission back: whoever handed it in, or anybody who may edit. NotFound when nothing waits."""
    done = QuestionReview.objects.filter(Q(question=question, state=QuestionReview.State.REQUESTED)).update(
        state=QuestionReview.State.WITHDRAWN, reviewer=actor, decided_at=now_utc()
    )
    if not done:
        raise NotFound(_("This question does not wait for a review."))
